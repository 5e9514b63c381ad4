import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identifyProcess, type ProcessExit } from "@crewstream/cli";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiClient } from "../support/client.ts";
import { eventually } from "../support/eventually.ts";
import { ScriptProcess } from "../support/script-process.ts";
import type { SinkEvent } from "../support/sink-reply.ts";

interface Inspected {
  verified: boolean;
  body: string;
}

let dataDir: string;
let running: ScriptProcess | undefined;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "crewstream-npm-start-"));
});
afterEach(async () => {
  if (running !== undefined) await stop(running);
  await rm(dataDir, { recursive: true, force: true });
});

/** `npm start` as a person types it, on a free port and with its own data folder. */
async function npmStart(): Promise<{ system: ScriptProcess; output: () => string; client: ApiClient }> {
  const env = { HOME: tmpdir(), DATA_DIR: dataDir, PORT: "0", NO_COLOR: "1", npm_config_update_notifier: "false" };
  running = await ScriptProcess.launch(["start"], env, { name: "npm start", command: "npm" });
  const system = running;
  await system.logged(({ msg }) => msg === "Ctrl-C stops everything.");
  const output = (): string => system.logs.map(({ msg }) => msg).join("\n");
  const found = (label: string): string => new RegExp(`^ {2}${label} +(\\S+)$`, "m").exec(output())?.[1] ?? "";
  return { system, output, client: new ApiClient(found("API"), found("Token")) };
}

/** Ctrl-C in a terminal: it reaches every process of the foreground group, including npm and its shell. */
async function stop(system: ScriptProcess): Promise<ProcessExit> {
  try {
    process.kill(-system.pid, "SIGINT");
  } catch {
    // It has already ended.
  }
  running = undefined;
  return system.exited;
}

/** The pasted command's URL, headers and body, parsed by a shell; then sent without curl. */
async function paste(command: string): Promise<Record<string, unknown>> {
  const printed = execFileSync("sh", ["-c", command.replace("curl -sS", "printf '%s\\n'")], { encoding: "utf8" });
  const [url = "", , authorization = "", , contentType = "", , body = ""] = printed.split("\n");
  const headers = [authorization, contentType].map((line) => line.split(": ") as [string, string]);
  const response = await fetch(url, { method: "POST", headers, body });
  return (await response.json()) as Record<string, unknown>;
}

/** Waits until the inspector has the last event of both runs, with every request validly signed. */
async function allInspected(client: ApiClient, ids: readonly string[]): Promise<void> {
  await eventually(async () => {
    const options = { headers: { accept: "application/json" } };
    const { body } = await client.get<{ requests: Inspected[] }>("/inspector/demo", options);
    expect(body.requests.filter(({ verified }) => !verified)).toHaveLength(0);
    const events = body.requests.flatMap((request) => (JSON.parse(request.body) as { events: SinkEvent[] }).events);
    const last = events.filter(({ type }) => type === "flow_finished" || type === "crew_kickoff_completed");
    const ended = [...new Set(last.map((event) => event.execution_id))];
    expect(ended.sort()).toEqual([...ids].sort());
  });
}

async function pids(): Promise<number[]> {
  const children = JSON.parse(await readFile(join(dataDir, "processes.json"), "utf8")) as { pid: number }[];
  const redis = JSON.parse(await readFile(join(dataDir, "redis", "instance.json"), "utf8")) as {
    process: { pid: number };
  };
  return [...children.map(({ pid }) => pid), redis.process.pid];
}

const isAlive = (pid: number): boolean => identifyProcess(pid) !== undefined;

test("one command serves both examples; their events are in the inspector, also after a restart", async () => {
  const first = await npmStart();
  expect(first.output()).toMatch(/Set up first:\n\n {2}support_reply +npx crewstream python sync support_reply\n/);
  const commands = first.output().match(/^curl [\s\S]*?'\{.*\}'$/gm) ?? [];
  expect(commands).toHaveLength(2);

  const answers = await Promise.all(commands.map(paste));
  const ids = answers.map((answer) => String(answer["kickoff_id"]));
  for (const id of ids) expect(await first.client.ended(id)).toMatchObject({ state: "SUCCESS" });
  await allInspected(first.client, ids);

  const before = await pids();
  expect(before.filter(isAlive)).toHaveLength(4);
  expect(await stop(first.system)).toEqual({ code: 0, signal: null });
  expect(before.filter(isAlive)).toEqual([]);

  const second = await npmStart();
  expect(second.client.token).toBe(first.client.token);
  expect(await second.client.get(`/status/${ids[0]}`)).toMatchObject({ status: 200, body: { state: "SUCCESS" } });
  await allInspected(second.client, ids);

  // A service manager signals npm alone: the signal must reach the start, whatever shell npm has put in between.
  const after = await pids();
  expect(await second.system.kill("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(after.filter(isAlive)).toEqual([]);
});

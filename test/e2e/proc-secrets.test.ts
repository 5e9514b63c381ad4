import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiClient } from "../support/client.ts";
import { ScriptProcess } from "../support/script-process.ts";

interface Sight {
  seen: { pid: number; command: string; environment: string; files: string[] }[];
  own: Record<string, string>;
  report: Record<string, string>;
}

const modelKey = "key-of-a-model";
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "crewstream-proc-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("an automation, a tool's child and an MCP server find no secret of the deployment in /proc", async () => {
  const dataDir = join(dir, "data");
  await using system = await ScriptProcess.launch(
    ["start"],
    {
      HOME: tmpdir(),
      DATA_DIR: dataDir,
      PORT: "0",
      NO_COLOR: "1",
      npm_config_update_notifier: "false",
      AUTOMATIONS_DIR: "test/fixtures/proc",
      LOOK_DIR: dir,
      // An automation's variable, not the deployment's.
      OPENAI_API_KEY: modelKey,
    },
    { name: "npm start", command: "npm" },
  );
  await system.logged(({ msg }) => msg === "Ctrl-C stops everything.");
  await writeFile(join(dir, "root"), String(system.pid));
  const output = system.logs.map(({ msg }) => msg).join("\n");
  const found = (label: string): string => new RegExp(`^ {2}${label} +(\\S+)$`, "m").exec(output)?.[1] ?? "";
  const client = new ApiClient(found("API"), found("Token"));
  const id = await client.kickoff("looking_crew", {});
  expect(await client.ended(id)).toMatchObject({ state: "SUCCESS" });

  const secrets = [
    ...Object.values(JSON.parse(await readFile(join(dataDir, "secrets.json"), "utf8")) as Record<string, string>),
    ...passwordsIn(await readFile(join(dataDir, "redis", "instance.json"), "utf8")),
  ];
  expect(secrets.length).toBeGreaterThan(3);
  const ours: number[] = [];
  for (const name of ["thread", "child", "mcp"]) {
    const text = await readFile(join(dir, `${name}.json`), "utf8");
    const { seen } = JSON.parse(text) as Sight;
    // It has seen all of them: npm, the start, Redis and the three processes.
    for (const part of ["npm start", "start", "redis", "apps/api", "apps/crew-worker", "apps/delivery-worker"]) {
      expect(seen.map(({ command }) => command).join("\n")).toContain(part);
    }
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(holders(seen, modelKey).filter((command) => /redis|api|delivery/.test(command))).toEqual([]);
    ours.push(...seen.filter(({ command }) => /apps\/|main.ts\0start/.test(command)).map(({ pid }) => pid));
  }

  // Through Node's debugger, which this signal opens unless it is disabled, memory could be read.
  expect(new Set(ours).size).toBe(4);
  for (const pid of new Set(ours)) process.kill(pid, "SIGUSR1");
  expect((await client.get("/healthz")).status).toBe(200);
  await system.kill("SIGTERM");
  expect(system.logs.filter(({ msg }) => msg.includes("Debugger listening"))).toEqual([]);
});

/** Every text in the private Redis's description that is a password. */
function passwordsIn(json: string): string[] {
  return [...json.matchAll(/"([0-9a-f]{48})"/g)].map((match) => match[1] ?? "");
}

function holders(seen: Sight["seen"], text: string): string[] {
  return seen.filter(({ environment }) => environment.includes(text)).map(({ command }) => command);
}

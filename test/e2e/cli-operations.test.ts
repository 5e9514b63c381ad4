import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crewstream, type CliResult } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
let sink: WebhookSink;
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "crewstream-cli-"));
  sink = await WebhookSink.start();
  // Only one retry, so that failures become dead letters at once.
  system = await startSystem({ env: { WEBHOOK_RETRY_SCHEDULE: "50ms" } });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<CliResult> {
  const env = { CREWSTREAM_URL: system.client.baseUrl, CREWSTREAM_TOKEN: system.client.token };
  const result = await crewstream(args, env, { cwd });
  expect(result).toMatchObject({ code: 0 });
  return result;
}

async function json<T>(...args: string[]): Promise<T> {
  return JSON.parse((await run(...args, "--json")).stdout) as T;
}

interface Listed {
  id: string;
  execution_id: string;
}

/** Kicks off a run whose deliveries are rejected, and waits until they are dead letters. */
async function deadDeliveries(path: string): Promise<{ executionId: string; dead: Listed[] }> {
  sink.script(path, () => 500);
  const executionId = (
    await run("kickoff", "release_notes", "--webhook", sink.url(path), "-i", "version=1")
  ).stdout.trim();
  await system.client.ended(executionId);
  return eventually(async () => {
    const dead = await json<Listed[]>("deliveries", "--state", "dead", "--execution", executionId);
    expect(dead).not.toHaveLength(0);
    return { executionId, dead };
  });
}

test("executions lists runs newest first, over several pages", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 3; index += 1) ids.unshift((await run("kickoff", "release_notes")).stdout.trim());
  await Promise.all(ids.map((id) => system.client.ended(id)));
  const listed = await json<Listed[]>(
    "executions",
    "--automation",
    "release_notes",
    "--state",
    "success",
    "--limit",
    "3",
  );
  expect(listed.map(({ id }) => id)).toEqual(ids);
  expect((await run("executions", "--limit", "1")).stdout).toMatch(
    new RegExp(`^ID +AUTOMATION +STATE +CREATED .*\\n${String(ids[0])} +release_notes +SUCCESS .*\\n$`),
  );
});

test("a dead letter is listed, and retried when its receiver has recovered", async () => {
  const { executionId, dead } = await deadDeliveries("/one");
  expect((await run("deliveries", "--state", "dead")).stdout).toContain(new URL(sink.url()).origin);

  sink.script("/one", () => 200);
  const before = sink.requests("/one").length;
  expect((await run("retry", String(dead[0]?.id))).stdout).toBe(`${String(dead[0]?.id)} is due now\n`);
  await sink.eventOfType("flow_finished", "/one");
  const [retried] = sink.requests("/one").slice(before);
  expect(retried?.headers["webhook-id"]).toBe(dead[0]?.id);
  expect(retried?.rawBody).toBe(sink.requests("/one")[0]?.rawBody);
  await eventually(async () => {
    expect(await json("deliveries", "--state", "delivered", "--execution", executionId)).toHaveLength(dead.length);
  });
});

test("retry --all counts first, then retries all matches", async () => {
  const { executionId } = await deadDeliveries("/all");
  const matching = ["--all", "dead", "--execution", executionId];
  expect((await run("retry", ...matching, "--dry-run")).stdout).toBe("1 delivery matches\n");
  expect((await run("retry", ...matching, "--status", "503", "--dry-run")).stdout).toBe("0 deliveries match\n");

  sink.script("/all", () => 200);
  expect((await run("retry", ...matching)).stdout).toBe("1 delivery is due now\n");
  await sink.eventOfType("flow_finished", "/all");
});

test("replay delivers again under new ids, to another URL and only selected events", async () => {
  const executionId = (await run("kickoff", "release_notes", "--webhook", sink.url("/first"))).stdout.trim();
  await sink.eventOfType("flow_finished", "/first");
  const options = ["--to", sink.url("/again"), "--types", "flow_started,flow_finished", "--bearer", "other"];
  expect((await run("replay", executionId, ...options)).stdout).toMatch(/^Feed 1 of /);
  await sink.eventOfType("flow_finished", "/again");

  expect(sink.events("/again").map(({ type }) => type)).toEqual(["flow_started", "flow_finished"]);
  const [replayed] = sink.requests("/again");
  expect(replayed?.headers["authorization"]).toBe("Bearer other");
  expect(replayed?.headers["webhook-replay-of"]).toBeDefined();
});

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
  system = await startSystem({ env: { WEBHOOK_RETRY_SCHEDULE: "1h" } });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

function run(...args: string[]): Promise<CliResult> {
  return crewstream(args, { CREWSTREAM_URL: system.client.baseUrl, CREWSTREAM_TOKEN: system.client.token }, { cwd });
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as T;
}

async function kickoff(path: string): Promise<string> {
  const { stdout } = await run("kickoff", "release_notes", "--webhook", sink.url(path), "-i", "version=1");
  return stdout.trim();
}

/** A run whose delivery is rejected, and that delivery. */
async function retrying(path: string): Promise<string> {
  sink.script(path, () => 418);
  const execution = await kickoff(path);
  await system.client.ended(execution);
  return eventually(async () => {
    const [found] = await json<{ id: string }[]>("deliveries", "--execution", execution);
    expect(found).toBeDefined();
    return String(found?.id);
  });
}

test("stats shows throughput, backlog and live processes", async () => {
  await retrying("/stats");
  await eventually(async () => {
    expect(await json("stats")).toMatchObject({ deliveries: { dead: 0 }, recent: { failed: expect.any(Number) } });
    const { stdout } = await run("stats");
    expect(stdout).toMatch(/^ {2}retrying +1 delivery$/m);
    expect(stdout).toMatch(/^ {2}oldest event +\d+ s undelivered, since \d{4}-/m);
    expect(stdout).toMatch(/^ {2}processes +1 api, 1 crew, 1 delivery$/m);
  });
});

test("delivery shows one delivery with its attempts", async () => {
  const id = await retrying("/one");
  expect(await json("delivery", id)).toMatchObject({ id, state: "retrying", attempt_log: [{ status: 418 }] });
  const { stdout } = await run("delivery", id);
  expect(stdout).toMatch(/^state +retrying\nto +http:\S+\/one$/m);
  expect(stdout).toMatch(/^next +\d{4}-/m);
  expect(stdout).toMatch(/^1 +\S+ +\d+ ms +rejected +418/m);
});

test("discard drops deliveries permanently, and reports unknown ones", async () => {
  const [first, second] = [await retrying("/a"), await retrying("/b")];
  expect(await json("discard", first)).toEqual([{ id: first, result: "discarded" }]);
  expect(await run("discard", second, first)).toEqual({
    code: 4,
    stdout: `${second} is discarded\n`,
    stderr: `There is no delivery ${first} (any more).\n`,
  });
  const left = await json<{ id: string }[]>("deliveries", "--limit", "100");
  expect(left.map(({ id }) => id)).not.toEqual(expect.arrayContaining([first, second]));
});

test("an endpoint that is paused gets nothing until it is resumed", async () => {
  const origin = new URL(sink.url()).origin;
  await retrying("/known");
  expect((await run("pause", sink.url("/any/path?key=1"))).stdout).toBe(`${origin} is paused\n`);
  const [listed] = await json<{ id: string; origin: string; paused: boolean }[]>("endpoints");
  expect(listed).toMatchObject({ origin, paused: true });
  expect((await run("endpoints")).stdout).toMatch(new RegExp(`^ENDPOINT +HEALTH .*\\n${origin} +paused +\\d`));

  const execution = await kickoff("/paused");
  await system.client.ended(execution);
  const resumed = await json<{ paused: boolean }[]>("resume", String(listed?.id));
  expect(resumed).toMatchObject([{ paused: false }]);
  await sink.eventOfType("flow_finished", "/paused");
  // Counters are written every two seconds; failures from before the pause still count.
  await eventually(async () => {
    expect((await run("endpoints", "--limit", "1")).stdout).toMatch(new RegExp(`\\n${origin} +(healthy|degraded) `));
  });
});

test("failures have their exit codes and a message", async () => {
  const cases: readonly [string[], number, RegExp][] = [
    [["discard"], 2, /missing required argument 'ids'/],
    [["discard", "nope"], 4, /There is no delivery nope/],
    [["delivery", "../stats"], 4, /There is no delivery \.\.\/stats/],
    [["delivery", "dlv_01a2094316a5757595411466c374a9b5_0_1"], 4, /There is no delivery dlv_/],
    [["pause"], 2, /missing required argument 'endpoints'/],
    [["pause", "receiver"], 2, /"receiver" is not an endpoint: use its address/],
    [["pause", "https://never.example"], 4, /no webhook was ever sent there/],
    [["resume", "ep_x/../../stats"], 4, /no webhook was ever sent there/],
    [["endpoints", "--limit", "0"], 2, /at least 1/],
    [["endpoints", "--limit", "many"], 2, /whole number/],
    [["stats", "extra"], 2, /too many arguments/],
  ];
  for (const [args, code, message] of cases) {
    const result = await run(...args);
    expect({ args, code: result.code, stdout: result.stdout }).toEqual({ args, code, stdout: "" });
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/^ +at /m);
  }
});

test("scripts and shell completion find every command", async () => {
  const commands = ["stats", "delivery", "discard", "endpoints", "pause", "resume"];
  const help = (await run("--help")).stdout;
  const completion = (await run("completion", "bash")).stdout;
  for (const command of commands) {
    expect(help).toMatch(new RegExp(`^ {2}${command} .*\\[options\\]`, "m"));
    expect(completion).toMatch(new RegExp(`^ +"${command}"\\) words=".*--json.*"`, "m"));
  }
});

test("a run with a human-input request is listed and watched, and continues when it is answered", async () => {
  const watched = run("kickoff", "reviewed_post", "-i", "topic=geese", "--watch");
  const execution = await eventually(async () => {
    const [asked] = await json<{ execution_id: string; step: string }[]>("questions");
    expect(asked).toMatchObject({ step: "review", message: "Publish this post?" });
    return String(asked?.execution_id);
  });
  expect((await run("questions")).stdout).toMatch(new RegExp(`^${execution} +reviewed_post +review .*Publish`, "m"));
  const wrong = await run("answer", execution, "--task", "draft", "--approve");
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("(review)");
  const silent = await run("answer", execution);
  expect(silent.code).not.toBe(0);
  expect(silent.stderr).toContain('An answer is required to "Publish this post?": choose with --outcome: ');
  const answered = await run("answer", execution, "Fine.", "--approve");
  expect(answered).toMatchObject({ code: 0, stdout: `${execution} continues with outcome approved\n` });
  const { code, stdout } = await watched;
  expect(code).toBe(0);
  expect(stdout).toContain(
    `Waiting for a person: Publish this post?\n  crewstream answer ${execution} --outcome approved|rejected\n`,
  );
  expect(stdout).toContain('"status": "published"');
});

test("kickoff requests the delivery pace of its options", async () => {
  const pace = ["--max-delay", "250", "--coalesce"];
  const { stdout } = await run("kickoff", "release_notes", "--webhook", sink.url("/pace"), ...pace, "-i", "version=1");
  const { subscriptions } = await json<{ subscriptions: unknown[] }>("status", stdout.trim());
  expect(subscriptions).toMatchObject([{ realtime: true, max_delay_ms: 250, coalesce: true }]);
});

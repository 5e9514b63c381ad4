import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crewstream, type CliResult } from "../support/cli.ts";
import { startSystem, type System } from "../support/services.ts";
import { ScriptProcess } from "../support/script-process.ts";

let system: System;
let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "crewstream-cli-"));
  system = await startSystem();
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(cwd, { recursive: true, force: true });
});

/** A command against the system under test, unless the environment says otherwise. */
function run(args: readonly string[], env: Record<string, string> = {}, stdin = ""): Promise<CliResult> {
  const { baseUrl, token } = system.client;
  return crewstream(args, { CREWSTREAM_URL: baseUrl, CREWSTREAM_TOKEN: token, ...env }, { cwd, stdin });
}

const log = "a1b2c3d feat: one\nb2c3d4e fix: two";

test("automations lists what is served, as a table and as JSON", async () => {
  const table = await run(["automations"]);
  expect(table).toMatchObject({ code: 0, stderr: "" });
  expect(table.stdout).toMatch(
    /^NAME +KIND +STATE +WORKERS +INPUTS +DESCRIPTION\n[\s\S]*^release_notes +flow +ready +1 +git_log version /m,
  );
  const json = JSON.parse((await run(["automations", "--json"])).stdout) as { name: string }[];
  expect(json.map(({ name }) => name)).toEqual(expect.arrayContaining(["release_notes", "research_crew"]));
});

test("kickoff prints the id, which status and events accept", async () => {
  const kickoff = await run(["kickoff", "release_notes", "-i", `git_log=${log}`, "-i", "version=2.0"]);
  expect(kickoff).toMatchObject({ code: 0, stderr: "" });
  const id = kickoff.stdout.trim();
  await system.client.ended(id);

  const status = await run(["status", id]);
  expect(status.code).toBe(0);
  expect(status.stdout).toMatch(/state +SUCCESS[\s\S]*## 2\.0\n/);
  expect(JSON.parse((await run(["status", id, "--json"])).stdout)).toMatchObject({ id, state: "SUCCESS" });

  const all = await run(["events", id, "--json"]);
  const types = all.stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types).toHaveLength((await system.client.events(id)).length);
  const some = await run(["events", id, "--follow", "--types", "flow_*", "--after", "1"]);
  expect(some.stdout).toMatch(/^ +2 \S+ flow_started +release_notes\n +\d+ \S+ flow_finished +release_notes: .*\n$/);
});

test("inputs can come from a file or stdin, and options override them", async () => {
  const file = JSON.stringify({ git_log: log, version: "1.0" });
  const args = ["kickoff", "release_notes", "--inputs-file", "-", "-i", "version=3.0", "--watch", "--json"];
  const { code, stdout } = await run(args, {}, file);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: "SUCCESS", inputs: { git_log: log, version: "3.0" } });
});

test("kickoff --watch shows the parts of a run as they end, with tokens", async () => {
  const { code, stdout } = await run(["kickoff", "research_crew", "-i", "topic=redis", "--watch"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /✓ tool search_facts[\s\S]*✓ task research .* \d+ tokens\n[\s\S]*✓ crew research_crew .* \d+ tokens/,
  );
  expect(stdout).toMatch(/progress +2 of 2 tasks/);
});

test("exit codes distinguish failures, and every error says what to do", async () => {
  const failed = await run(["kickoff", "release_notes", "-i", "version:=3", "--watch"]);
  expect(failed.code).toBe(3);
  expect(failed.stdout).toMatch(/state +FAILED[\s\S]*error .*expected string/);

  const cases: readonly [string[], Record<string, string>, number, RegExp][] = [
    [["kickoff"], {}, 2, /missing required argument 'automation'/],
    [["kickof", "x"], {}, 2, /Did you mean kickoff/],
    [["kickoff", "research_crew"], {}, 2, /Missing required inputs: topic/],
    [["kickoff", "research_crew", "-i", "topic"], {}, 2, /key=text, or key:=json/],
    [["kickoff", "release_notes", "--webhook", "http://169.254.169.254/"], {}, 2, /169\.254/],
    [["status", "nope"], {}, 4, /No execution found with ID: nope/],
    [["kickoff", "../api/v1"], {}, 5, /No live crew worker serves "\.\.\/api\/v1"/],
    [["events", "nope", "--follow"], {}, 4, /No execution found/],
    [["automations"], { CREWSTREAM_TOKEN: "wrong" }, 6, /bearer token/],
    [["automations"], { CREWSTREAM_TOKEN: "" }, 6, /Pass one with --token or CREWSTREAM_TOKEN/],
    [["automations"], { CREWSTREAM_URL: "http://127.0.0.1:9" }, 5, /No API at http:\/\/127\.0\.0\.1:9/],
  ];
  for (const [args, env, code, message] of cases) {
    const result = await run(args, env);
    expect({ args, code: result.code }).toEqual({ args, code });
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/^ +at /m);
  }
});

test("listen verifies what arrives and fails on demand; the retry has the same id", async () => {
  const secret = system.env["WEBHOOK_SIGNING_SECRET"] ?? "";
  const args = ["packages/cli/src/main.ts", "listen", "--port", "0", "--fail-first", "1", "--json", "--secret", secret];
  await using listener = await ScriptProcess.launch(args, {});
  const { msg } = await listener.logged((record) => record.msg.startsWith("Listening on"));
  const url = /http:\S+\//.exec(msg)?.[0] ?? "";
  await run(["kickoff", "release_notes", "-i", `git_log=${log}`, "--webhook", url]);

  const delivery = (status: number) => listener.logged((record) => record["status"] === status);
  const [first, second] = [await delivery(500), await delivery(200)] as {
    delivery?: { id: string; attempt: number };
  }[];
  expect([first?.delivery?.attempt, second?.delivery?.attempt]).toEqual([1, 2]);
  expect(second?.delivery?.id).toBe(first?.delivery?.id);

  const forged = await fetch(url, { method: "POST", body: '{"events":[]}' });
  expect(forged.status).toBe(401);
  await listener.logged((record) => record["status"] === 401 && String(record["problem"]).includes("webhook-id"));
  expect(await listener.kill("SIGINT")).toEqual({ code: 0, signal: null });
});

test("doctor reports a healthy system, and a missing Redis with a fix", async () => {
  const { ENCRYPTION_KEY = "", WEBHOOK_SIGNING_SECRET = "", REDIS_URL = "", KEY_PREFIX = "" } = system.env;
  const env = { ENCRYPTION_KEY, WEBHOOK_SIGNING_SECRET, REDIS_URL, KEY_PREFIX };
  const healthy = await run(["doctor", "--json"], env);
  const findings = JSON.parse(healthy.stdout) as { state: string; fix?: string }[];
  // The Python examples have no environment here.
  const wrong = findings.filter(({ state }) => state !== "ok");
  expect(wrong.filter(({ fix = "" }) => !fix.startsWith("Run npx crewstream python sync "))).toEqual([]);
  expect(healthy.code).toBe(0);

  const broken = await run(["doctor"], { ...env, REDIS_URL: "redis://127.0.0.1:9", ENCRYPTION_KEY: "short" });
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(
    /✗ Redis +.*ECONNREFUSED.*\n +Start it \(npm start includes one\), or correct REDIS_URL/,
  );
  expect(broken.stdout).toMatch(/✗ Encryption key/);
});

test("check reports all errors of a project at once, without running it", async () => {
  const project = join(cwd, "wrong");
  await mkdir(join(project, "agents"), { recursive: true });
  await writeFile(join(project, "crew.jsonc"), '{"agents": ["writer"], "tasks": [{"nam": "t"}], "unknown": 1}');
  await writeFile(join(project, "agents", "writer.jsonc"), '{"role": "Writer"}');
  const wrong = await run(["check", project]);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toMatch(/✗ crew\.jsonc:1:\d+ .*unknown[\s\S]*\d+ errors: it will not be served\n$/);

  const good = await run(["check", "--json", fileURLToPath(new URL("../../examples/topic_brief", import.meta.url))]);
  expect(good.code).toBe(0);
  const [checked] = JSON.parse(good.stdout) as { findings: { severity: string }[] }[];
  expect(checked?.findings.filter(({ severity }) => severity === "error")).toEqual([]);
});

test("secrets generate feeds an .env file", async () => {
  const { stdout } = await run(["secrets", "generate"]);
  expect(stdout).toMatch(/^API_TOKENS=cs_\S+\nENCRYPTION_KEY=\S{44}\nWEBHOOK_SIGNING_SECRET=whsec_\S{44}\n$/);
});

import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identifyProcess } from "@crewstream/cli";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { ScriptProcess } from "../support/script-process.ts";

let dataDir: string;
let started: ScriptProcess[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "crewstream-start-"));
  started = [];
});
afterEach(async () => {
  for (const each of started) await each.kill("SIGQUIT");
  await rm(dataDir, { recursive: true, force: true });
});

/** `crewstream start` over fake processes. */
async function start(env: Record<string, string> = {}): Promise<ScriptProcess> {
  const process = await ScriptProcess.launch(["test/fixtures/processes/start.ts"], {
    DATA_DIR: dataDir,
    PORT: "0",
    SHUTDOWN_TIMEOUT_MS: "1000",
    ...env,
  });
  started.push(process);
  return process;
}

const isReady = (record: { msg: string }): boolean => record.msg === "start.ready";

/** The running processes that were started from this data folder, Redis among them. */
async function recorded(): Promise<number[]> {
  const children = JSON.parse(await readFile(join(dataDir, "processes.json"), "utf8")) as { pid: number }[];
  return [...children.map(({ pid }) => pid), await redisPid()];
}

async function redisPid(): Promise<number> {
  const text = await readFile(join(dataDir, "redis", "instance.json"), "utf8");
  return (JSON.parse(text) as { process: { pid: number } }).process.pid;
}

/** The embedded Redis as its administrator. */
async function redisUrl(): Promise<string> {
  const text = await readFile(join(dataDir, "redis", "instance.json"), "utf8");
  const { port, password } = JSON.parse(text) as { port: number; password: string };
  return `redis://:${password}@127.0.0.1:${port}`;
}

/** What a process was given, as it reports it: its environment and its secrets. */
async function given(system: ScriptProcess, role: string): Promise<Record<string, string>> {
  return (await system.logged(({ msg }) => msg === `${role}.ready`))["given"] as Record<string, string>;
}

function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => identifyProcess(pid) !== undefined);
}

test("every process gets only what its schema names, its secrets not in its environment", async () => {
  const signingSecret = join(dataDir, "signing-secret");
  await writeFile(signingSecret, "whsec_fromafile\n");
  const env = { WEBHOOK_SIGNING_SECRET_FILE: signingSecret, OTEL_EXPORTER_OTLP_HEADERS: "key=collector" };
  const system = await start({ ...env, MODEL_SERVICE_KEY: "theirs", CREWSTREAM_TOKEN: "mine" });
  await system.logged(isReady);
  const [api, crew, delivery] = await Promise.all([
    given(system, "api"),
    given(system, "crew-worker"),
    given(system, "delivery-worker"),
  ]);
  expect(api).toMatchObject({ API_TOKENS: expect.any(String) as string, ENCRYPTION_KEY: expect.any(String) as string });
  expect([api, delivery].map((each) => each["WEBHOOK_SIGNING_SECRET"])).toEqual(["whsec_fromafile", "whsec_fromafile"]);
  expect(delivery).toMatchObject({ ENCRYPTION_KEY: api["ENCRYPTION_KEY"] });
  expect(Object.keys(delivery)).not.toContain("API_TOKENS");
  for (const name of ["API_TOKENS", "ENCRYPTION_KEY", "WEBHOOK_SIGNING_SECRET", "WEBHOOK_SIGNING_SECRET_FILE"])
    expect(Object.keys(crew)).not.toContain(name);
  // Automations read the keys of their services; no other process needs them.
  expect([api, crew, delivery].map((each) => each["MODEL_SERVICE_KEY"])).toEqual([undefined, "theirs", undefined]);
  expect([api, crew, delivery].map((each) => each["CREWSTREAM_TOKEN"])).toEqual([undefined, undefined, undefined]);
  expect(new Set([api, crew, delivery].map((each) => new URL(String(each["REDIS_URL"])).username))).toEqual(
    new Set(["api", "crew-worker", "delivery-worker"]),
  );
  expect([api, crew, delivery].map((each) => each["OTEL_EXPORTER_OTLP_HEADERS"])).toEqual(
    Array(3).fill("key=collector"),
  );

  for (const record of system.logs.filter(({ shown }) => shown !== undefined)) {
    const shown = JSON.stringify(record["shown"]);
    const secrets = [...Object.values(api).filter((value) => /^(cs_|whsec_|redis:)/.test(value)), "collector"];
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
  }
});

test("gives every process its Redis and secrets, and Ctrl-C leaves nothing running", async () => {
  const system = await start();
  const { url, token } = await system.logged(isReady);
  expect(url).toBe("http://127.0.0.1:4321");
  const api = await given(system, "api");
  expect(api).toMatchObject({ API_TOKENS: token, WEBHOOK_ALLOW_NETWORKS: "127.0.0.0/8,::1/128" });
  const pids = await recorded();
  expect(alive(pids)).toHaveLength(4);

  expect(await system.kill("SIGINT")).toEqual({ code: 0, signal: null });
  expect(alive(pids)).toEqual([]);
  const stopped = system.logs.filter(({ msg }) => msg.endsWith(".stopped")).map(({ name }) => name);
  expect(stopped.at(-1)).toBe("api");
});

test("a second start on the same data reports that one is running; a later one finds data and secrets again", async () => {
  const first = await start();
  const { token } = await first.logged(isReady);
  const redis = new Redis(await redisUrl());
  await redis.set("kept", "yes");
  redis.disconnect();

  const second = await start();
  expect((await second.logged(({ msg }) => msg === "start.failed"))["error"]).toMatch(/^crewstream is already running/);
  await first.kill("SIGINT");

  const third = await start();
  expect((await third.logged(isReady))["token"]).toBe(token);
  const again = new Redis(await redisUrl());
  expect(await again.get("kept")).toBe("yes");
  again.disconnect();
});

test("a killed start takes its processes with it, and the next one adopts its Redis", async () => {
  const first = await start();
  await first.logged(isReady);
  const pids = await recorded();
  const redis = pids.at(-1);
  await first.kill("SIGKILL");
  await eventually(() => expect(alive(pids)).toEqual([redis]));

  const second = await start();
  await second.logged(isReady);
  expect(await redisPid()).toBe(redis);
  expect(second.logs.map(({ msg }) => msg)).toContain("Took over the Redis that an earlier start left behind");
  await second.kill("SIGINT");
  expect(alive(pids)).toEqual([]);
});

test("processes and Redis that die are restarted with a log line, Redis with the same address", async () => {
  const system = await start({ FAKE_MODES: '{"crew-worker":"brittle"}' });
  await system.logged(isReady);
  await system.logged(({ msg }) => msg === "crew-worker exited with code 1; restarting it in 500 ms");

  // Redis keeps its port, as the processes know it: while another program has it, it is retried.
  const { port } = new URL(await redisUrl());
  process.kill(await redisPid(), "SIGKILL");
  await system.logged(({ msg }) => msg === "redis was killed by SIGKILL; restarting it in 500 ms");
  const other = createServer().listen(Number(port), "127.0.0.1");
  await once(other, "listening");
  await system.logged(({ msg }) => msg.startsWith("redis cannot be started"));
  other.close();
  const redis = new Redis(await redisUrl());
  redis.on("error", () => undefined);
  expect(await redis.ping()).toBe("PONG");
  redis.disconnect();
});

test("a configuration error stops everything with its reason", async () => {
  const system = await start({ FAKE_MODES: '{"api":"misconfigured"}' });
  const { error } = await system.logged(({ msg }) => msg === "start.failed");
  expect(error).toMatch(/^The api cannot run with this configuration/);
  expect(system.logs.find(({ msg }) => msg === "api.start_failed")?.["reason"]).toBe("ENCRYPTION_KEY: is required");
  expect(await system.exited).toEqual({ code: 1, signal: null });
  expect(alive([await redisPid()])).toEqual([]);
});

test("a process that ignores SIGTERM is killed after the deadline; a second signal kills at once", async () => {
  const patient = await start({ FAKE_MODES: '{"delivery-worker":"stubborn"}', SHUTDOWN_TIMEOUT_MS: "0" });
  await patient.logged(isReady);
  const pids = await recorded();
  expect(await patient.kill("SIGINT")).toEqual({ code: 0, signal: null });
  expect(alive(pids)).toEqual([]);

  const second = await start({ FAKE_MODES: '{"delivery-worker":"stubborn"}', SHUTDOWN_TIMEOUT_MS: "600000" });
  await second.logged(isReady);
  const others = await recorded();
  second.signal("SIGINT");
  await second.logged(({ msg }) => msg === "delivery-worker.ignoring");
  await second.kill("SIGQUIT");
  expect(alive(others)).toEqual([]);
});

import { once } from "node:events";
import { tmpdir } from "node:os";
import { newExecutionId } from "@crewstream/contracts";
import { jobDone, Queues } from "@crewstream/queue";
import { openStore, readExecution, type Store } from "@crewstream/redis";
import { loadConfig, redisVariables, summarize, variables } from "@crewstream/service";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crewstream } from "../support/cli.ts";
import { ClusterSet } from "../support/cluster-set.ts";
import { within } from "../support/eventually.ts";
import { createTestExecution, silentLog } from "../support/executions.ts";
import { freePort } from "../support/free-port.ts";
import { FaultyRedis } from "../support/redis.ts";
import { RedisAccess } from "../support/redis-access.ts";
import { SentinelSet } from "../support/sentinel-set.ts";
import { startRunWorker } from "../support/run-worker.ts";

type Env = Record<string, string | undefined>;
const schema = variables.pick({ ...redisVariables, KEY_PREFIX: true, QUEUE_PARTITIONS: true });
const keys = {
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
  WEBHOOK_SIGNING_SECRET: `whsec_${Buffer.alloc(32, 2).toString("base64")}`,
};
const open = (env: Env, retry: "forever" | "failFast" = "forever"): Store =>
  openStore(loadConfig(schema, env), { retry, log: silentLog, name: "test" });

/** A record is written and read, and a job goes through a worker, whose blocking connection is a separate one. */
async function works(env: Env): Promise<void> {
  await using store = open(env);
  expect(await readExecution(store, await createTestExecution(store))).toMatchObject({ state: "PENDING" });
  await using queues = new Queues(store);
  const { promise: taken, resolve } = Promise.withResolvers<string>();
  await using _worker = startRunWorker(store, (executionId) => {
    resolve(executionId);
    return jobDone;
  });
  const id = newExecutionId();
  await queues.enqueueRun({ id, token: "t" });
  expect(await within(taken, () => "the job was not taken")).toBe(id);
}

/** The error of a client that cannot log in. */
async function refusal(env: Env): Promise<string> {
  await using store = open(env, "failFast");
  const [error] = (await once(store.redis, "error", { signal: AbortSignal.timeout(30_000) })) as [Error];
  return `${error.message} ${(Reflect.get(error, "lastNodeError") as Error | undefined)?.message ?? ""}`;
}

function without(env: Env, name: string): Env {
  return Object.fromEntries(Object.entries(env).filter(([each]) => each !== name));
}

let access: RedisAccess;
beforeAll(async () => {
  access = await RedisAccess.make();
});
afterAll(() => access[Symbol.asyncDispose]());

describe("a master behind Sentinels, all with passwords and TLS", () => {
  let set: SentinelSet;
  beforeAll(async () => {
    set = await SentinelSet.start(access);
  });
  afterAll(() => set[Symbol.asyncDispose]());

  test("accepts valid credentials", () => works(set.env));

  test.each([
    ["REDIS_SENTINEL_PASSWORD", {}, "NOAUTH"],
    ["REDIS_SENTINEL_PASSWORD", { REDIS_SENTINEL_PASSWORD: "wrong" }, "WRONGPASS"],
    ["REDIS_PASSWORD", { REDIS_PASSWORD: "wrong" }, "WRONGPASS"],
    ["REDIS_TLS_CA_FILE", {}, "Connection is closed"],
    ["REDIS_TLS_SERVERNAME", {}, "Connection is closed"],
    ["REDIS_TLS_CERT_FILE", {}, "Connection is closed"],
  ])("without %s but with %j it does not", async (name, instead, why) => {
    expect(await refusal({ ...without(set.env, name), ...instead })).toContain(why);
  });

  test("doctor reports why TLS fails", async () => {
    const env = { ...keys, ...without(set.env, "REDIS_TLS_CA_FILE") };
    const { stdout } = await crewstream(["doctor"], env, { cwd: tmpdir() });
    expect(stdout).toMatch(/✗ Redis .*certificate/);
    expect(stdout).toContain("REDIS_TLS_CA_FILE");
  });

  test("the master's address can be mapped by the NAT map", async () => {
    const announced = `127.0.0.1:${set.ports.master}`;
    await works({ ...set.env, REDIS_NAT_MAP: `${announced}=localhost:${set.ports.master}` });
    const nobody = await freePort();
    await using lost = open({ ...set.env, REDIS_NAT_MAP: `${announced}=127.0.0.1:${nobody}` }, "failFast");
    await expect(lost.redis.ping()).rejects.toThrow(/writeable|closed|ECONNREFUSED/);
  });

  test("doctor can log in, shows no password, and says what to fix", async () => {
    const run = (env: Env) => crewstream(["doctor"], { ...keys, ...env }, { cwd: tmpdir() });
    const well = await run(set.env);
    expect(well.stdout).toMatch(/✓ Redis version/);
    const ill = await run({ ...set.env, REDIS_SENTINEL_PASSWORD: "wrong" });
    expect(ill.stdout).toMatch(/✗ Redis .*WRONGPASS/);
    expect(ill.stdout).toContain("REDIS_SENTINEL_PASSWORD");
    for (const password of access.passwords) expect(well.stdout + well.stderr + ill.stdout).not.toContain(password);
    expect(JSON.stringify(summarize(loadConfig(schema, set.env)))).toMatch(/^((?!-password).)*$/);
  });

  test("is followed through a failover", async () => {
    await using store = open(set.env);
    const before = await createTestExecution(store);
    await store.redis.call("WAIT", 1, 5000);
    await set.failOver();
    expect(await readExecution(store, before)).toMatchObject({ id: before });
    await works(set.env);
  });
});

describe("a cluster with passwords and TLS, whose nodes announce names that do not resolve", () => {
  let set: ClusterSet;
  beforeAll(async () => {
    set = await ClusterSet.start(access);
  });
  afterAll(() => set[Symbol.asyncDispose]());

  test("accepts valid credentials, through the NAT map", () => works(set.env));

  test.each([
    ["REDIS_PASSWORD", { REDIS_PASSWORD: "wrong" }, "WRONGPASS"],
    ["REDIS_TLS_CA_FILE", {}, "Connection is closed"],
    ["REDIS_TLS_CERT_FILE", {}, "Connection is closed"],
  ])("without %s but with %j it does not", async (name, instead, why) => {
    expect(await refusal({ ...without(set.env, name), ...instead })).toContain(why);
  });

  test("doctor reports why TLS fails", async () => {
    const env = { ...keys, ...without(set.env, "REDIS_TLS_CERT_FILE") };
    const { stdout } = await crewstream(["doctor"], env, { cwd: tmpdir() });
    expect(stdout).toMatch(/✗ Redis .*certificate required/);
    expect(stdout).toContain("REDIS_TLS_KEY_FILE");
  });
});

test("a single server uses the password outside its URL, and rediss reads the authority's file", async () => {
  const { user, port: _, requirepass: __, ...tls } = access.server(await freePort());
  await using redis = await FaultyRedis.start({ ...tls, user });
  const plain = new URL(redis.url);
  const { REDIS_USERNAME, REDIS_PASSWORD } = access.env;
  await works({ REDIS_URL: `redis://${plain.host}`, REDIS_PASSWORD: plain.password });
  await works({ REDIS_URL: `redis://${plain.host}`, REDIS_USERNAME, REDIS_PASSWORD });
  const secured = without({ ...access.env, REDIS_URL: `rediss://127.0.0.1:${tls["tls-port"]}` }, "REDIS_TLS");
  await works(secured);
  expect(await refusal(without(secured, "REDIS_TLS_CA_FILE"))).toContain("certificate");
});

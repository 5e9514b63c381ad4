import { EventEmitter } from "node:events";
import { createLogger, loadConfig, redisVariables, variables } from "@crewstream/service";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { redisAddress } from "./address.ts";
import { Reachability } from "./reachability.ts";

function watched() {
  const lines: Record<string, unknown>[] = [];
  const to = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLogger({ name: "test", level: "info", to });
  const client = Object.assign(new EventEmitter(), { status: "connecting", info: async () => "loading:0" });
  return { client, lines, reachability: new Reachability(client as unknown as Redis, { address: "db:6379", log }) };
}

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

test.each([
  [withCode("connect ECONNREFUSED 10.0.0.1:6379", "ECONNREFUSED"), "connection refused"],
  [withCode("getaddrinfo ENOTFOUND db", "ENOTFOUND"), "the name does not resolve"],
  [new Error("WRONGPASS invalid username-password pair or user is disabled."), "wrong user or password"],
  [withCode("self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT"), "self-signed certificate"],
  [
    Object.assign(new Error("Failed to refresh slots cache."), { lastNodeError: withCode("read", "ECONNRESET") }),
    "connection reset",
  ],
])("a connection that fails with %s is said to be away, and why", (error, reason) => {
  const { client, lines, reachability } = watched();
  client.emit("error", error);
  client.emit("error", error);
  const sentence = `Redis is not reachable at db:6379 (since 0 s): ${reason}`;
  expect(reachability.outage).toBe(sentence);
  expect(lines).toMatchObject([{ msg: "redis.unreachable", reason: sentence }]);
  client.emit("ready");
  expect(reachability.outage).toBeUndefined();
  expect(lines[1]).toMatchObject({ msg: "redis.reachable" });
});

test("a Redis that reads its file is said to be loading", async () => {
  const { client, reachability } = watched();
  client.status = "connect";
  client.info = async () => "# Persistence\r\nloading:1\r\nloading_loaded_perc:42.07\r\n";
  reachability.check();
  await Promise.resolve();
  expect(reachability.outage).toBe("Redis at db:6379 is loading its data (42 % so far, since 0 s)");
});

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", "has reached maxmemory and refuses writes"],
  ["LOADING Redis is loading the dataset in memory", "is loading its data"],
  ["ERR Error running script (call to f_1): @user_script:3: OOM command not allowed", "has reached maxmemory"],
  ["ERR max number of clients reached", "has no connection left (maxclients)"],
  ["Command timed out", "does not answer"],
])("of a Redis that is connected, %s is explained", (message, words) => {
  const { client, reachability } = watched();
  client.emit("ready");
  expect(reachability.explain(new Error(message))).toContain(`Redis at db:6379 ${words}`);
});

test.each([
  [{ REDIS_URL: "redis://user:secret@db.internal:7000/2" }, "db.internal:7000"],
  [{ REDIS_URL: "rediss://:secret@db" }, "db:6379"],
  [{ REDIS_URL: "unix:///run/redis.sock" }, "/run/redis.sock"],
  [{ REDIS_CLUSTER_NODES: "a:1,[::1]:2" }, "a:1, [::1]:2"],
  [{ REDIS_SENTINELS: "a:1,b:2", REDIS_SENTINEL_MASTER: "main" }, "main of the Sentinels a:1, b:2"],
])("%j is named without credentials", (env: Record<string, string>, address) => {
  expect(redisAddress(loadConfig(variables.pick(redisVariables), env))).toBe(address);
});

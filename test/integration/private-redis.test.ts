import { Redis } from "ioredis";
import { inject, expect, test } from "vitest";
import { dumpKeys, FaultyRedis } from "../support/redis.ts";

test("the test run's Redis answers", async () => {
  const redis = new Redis(inject("redisUrl"));
  expect(await redis.ping()).toBe("PONG");
  redis.disconnect();
});

test("a private Redis keeps acknowledged writes, and its URL, over SIGTERM", async () => {
  await using server = await FaultyRedis.start();
  const { url } = server;
  const redis = new Redis(url);
  redis.on("error", () => undefined);
  await redis.set("a", "1");
  await server.kill("SIGTERM");
  await server.restart();

  expect(server.url).toBe(url);
  expect(await redis.get("a")).toBe("1");
  redis.disconnect();
});

test("it needs its password and evicts nothing", async () => {
  await using server = await FaultyRedis.start({ maxmemory: "3mb" });
  const stranger = new Redis({ port: Number(new URL(server.url).port), retryStrategy: () => null });
  stranger.on("error", () => undefined);
  await expect(stranger.get("a")).rejects.toThrow("NOAUTH");
  stranger.disconnect();

  const redis = new Redis(server.url);
  const fill = async (): Promise<void> => {
    for (let index = 0; index < 1000; index += 1) await redis.set(`key${index}`, "x".repeat(10_000));
  };
  await expect(fill()).rejects.toThrow("OOM");
  expect(await redis.get("key0")).toHaveLength(10_000);
  redis.disconnect();
});

test("dumpKeys shows the content of keys of every type under a pattern", async () => {
  await using server = await FaultyRedis.start();
  const redis = new Redis(server.url);
  await redis.set("p:string", "needle1");
  await redis.hset("p:hash", "field", "needle2");
  await redis.rpush("p:list", "needle3");
  await redis.sadd("p:set", "needle4");
  await redis.zadd("p:zset", 1, "needle5");
  await redis.xadd("p:stream", "*", "field", "needle6");
  await redis.set("other", "needle7");

  const text = JSON.stringify([...(await dumpKeys(server.url, "p:*"))]);
  for (let index = 1; index <= 6; index += 1) expect(text).toContain(`needle${index}`);
  expect(text).not.toContain("needle7");
  redis.disconnect();
});

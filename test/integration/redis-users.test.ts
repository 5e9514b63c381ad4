import { tmpdir } from "node:os";
import { newExecutionId } from "@crewstream/contracts";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { crewstream } from "../support/cli.ts";
import { FaultyRedis } from "../support/redis.ts";

interface User {
  name: string;
  password: string;
  rules: string;
}

test("each process's user of Redis reaches its own keys and administers nothing", async () => {
  const { stdout } = await crewstream(["secrets", "redis-users", "--prefix", "p", "--json"], {}, { cwd: tmpdir() });
  const users = JSON.parse(stdout) as User[];
  expect(users.map(({ name }) => name).sort()).toEqual(["api", "crew-worker", "delivery-worker"]);
  await using server = await FaultyRedis.start();
  const admin = new Redis(server.url);
  for (const { name, password, rules } of users) {
    await admin.call("ACL", "SETUSER", name, "on", `>${password}`, ...rules.split(" "));
  }
  admin.disconnect();

  const as = (name: string): Redis => {
    const { password = "" } = users.find((user) => user.name === name) ?? {};
    return new Redis({ port: Number(new URL(server.url).port), username: name, password });
  };
  const [api, crew] = [as("api"), as("crew-worker")];
  const refused = (redis: Redis, ...command: [string, ...string[]]) =>
    expect(redis.call(...command)).rejects.toThrow("NOPERM");

  const id = newExecutionId();
  expect(await crew.hset(`p:{${id}}:exec`, "state", "RUNNING")).toBe(1);
  expect(await crew.hset(`{p:runs}:runs:meta`, "x", 1)).toBe(1);
  expect(await api.set("p:{signed-out:s}", "1")).toBe("OK");
  for (const key of ["p:{signed-out:s}", "p:{idem:h}", "p:{ep:e}:breaker", "p:{log-0}:attempts", "{p:retries-0}:x"]) {
    await refused(crew, "GET", key);
  }
  for (const redis of [api, crew]) {
    await refused(redis, "GET", "other:{index}:executions");
    await refused(redis, "CONFIG", "GET", "dir");
    await refused(redis, "ACL", "LIST");
    await refused(redis, "FLUSHALL");
    await refused(redis, "KEYS", "*");
    await refused(redis, "SCAN", "0");
    await refused(redis, "PUBLISH", "other:watch", "x");
    redis.disconnect();
  }
});

import { expect, test } from "vitest";
import { parseInfo, redisFindings } from "./redis-findings.ts";

const healthy = `# Server\r\nredis_version:7.0.15\r\n\r\n# Memory\r\nused_memory:1048576\r\nmaxmemory:0\r
maxmemory_policy:noeviction\r\n# Persistence\r\naof_enabled:1\r\naof_last_write_status:ok\r\nrole:master\r\n`;

/** Names of what is not well when these fields of INFO differ. */
function unwell(fields: Record<string, string>, clockSkewMs = 0): string[] {
  const info = new Map([...parseInfo(healthy), ...Object.entries(fields)]);
  return redisFindings({ info, clockSkewMs })
    .filter(({ state }) => state !== "ok")
    .map(({ what, state, fix }) => `${state} ${what}${fix === undefined ? "" : ", fixable"}`);
}

test("a Redis as it should be has nothing to fix", () => {
  expect(unwell({})).toEqual([]);
});

test.each([
  [{ redis_version: "6.0.16" }, "bad Redis version, fixable"],
  [{ role: "slave" }, "bad Role, fixable"],
  [{ aof_enabled: "0" }, "bad Persistence, fixable"],
  [{ aof_last_write_status: "err" }, "bad Last write to disk, fixable"],
  [{ maxmemory_policy: "allkeys-lru" }, "bad Eviction, fixable"],
  [{ maxmemory: "1200000" }, "warn Memory, fixable"],
])("%j is noticed", (fields, expected) => {
  expect(unwell(fields)).toEqual([expected]);
});

test("Valkey counts by its own version, a clock that is off is noticed", () => {
  expect(unwell({ redis_version: "7.2.4", valkey_version: "8.0.1" })).toEqual([]);
  expect(unwell({}, -5000)).toEqual(["warn Clock, fixable"]);
});

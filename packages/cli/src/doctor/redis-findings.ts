import { isAtLeast, minimumRedisVersion } from "../redis-server/find.ts";
import { judge, type Finding } from "./finding.ts";

/** What Redis reports about itself. */
export interface RedisFacts {
  /** Fields of `INFO`. */
  info: ReadonlyMap<string, string>;
  /** Its clock minus ours, in ms. */
  clockSkewMs: number;
}

/** Beyond this, delays and leases of different processes disagree noticeably. */
const skewLimitMs = 2000;

/** Whether a Redis is fit to keep what crewstream must not lose. */
export function redisFindings({ info, clockSkewMs }: RedisFacts): Finding[] {
  const field = (name: string): string => info.get(name) ?? "";
  const valkey = field("valkey_version");
  const version = valkey || field("redis_version");
  const policy = field("maxmemory_policy");
  const limit = Number(field("maxmemory"));
  const used = Number(field("used_memory"));
  return [
    judge("Redis version", `${valkey ? "Valkey" : "Redis"} ${version}`, isAtLeast(version, minimumRedisVersion), {
      state: "bad",
      fix: `Upgrade to ${minimumRedisVersion} or newer.`,
    }),
    judge("Role", field("role"), field("role") === "master", {
      state: "bad",
      fix: "This is a replica, which accepts no writes: point REDIS_URL at the master, or use REDIS_SENTINELS.",
    }),
    judge(
      "Persistence",
      field("aof_enabled") === "1" ? "append-only file" : "none or snapshots",
      field("aof_enabled") === "1",
      {
        state: "bad",
        fix: "A crash of Redis loses events: CONFIG SET appendonly yes, and appendonly yes in redis.conf.",
      },
    ),
    judge(
      "Last write to disk",
      field("aof_last_write_status") || "not known",
      field("aof_last_write_status") !== "err",
      {
        state: "bad",
        fix: "Redis cannot write its append-only file: check for a full or read-only disk.",
      },
    ),
    judge("Eviction", policy, policy === "noeviction", {
      state: "bad",
      fix: "An evicted key is a lost event: CONFIG SET maxmemory-policy noeviction.",
    }),
    judge("Memory", memory(used, limit), limit === 0 || used < limit * 0.8, {
      state: "warn",
      fix: "Raise maxmemory or lower RETENTION_DAYS; when memory is full, kickoffs are refused and runs wait.",
    }),
    judge("Clock", `${clockSkewMs} ms from ours`, Math.abs(clockSkewMs) <= skewLimitMs, {
      state: "warn",
      fix: "Synchronise the clocks of both machines (NTP): schedules and signatures depend on them.",
    }),
  ];
}

/** `INFO`'s lines as fields; headings and empty lines are left out. */
export function parseInfo(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(":") && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

function memory(used: number, limit: number): string {
  const mib = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
  return limit === 0 ? `${mib(used)}, no limit` : `${mib(used)} of ${mib(limit)}`;
}

import type { RedisAddress } from "./ping.ts";

/**
 * The configuration of a private Redis: loopback only, a password, and nothing lost but the last second of a
 * machine that loses power (`everysec`). BullMQ and our streams need `noeviction`: an evicted key is a lost event.
 * @param extra directives that come last and so win, e.g. `{maxmemory: "64mb"}`
 */
export function redisConfig(dir: string, address: RedisAddress, extra: Readonly<Record<string, string>> = {}): string {
  const directives: Record<string, string> = {
    bind: "127.0.0.1",
    port: String(address.port),
    requirepass: address.password,
    "protected-mode": "yes",
    daemonize: "no",
    dir: quote(dir),
    logfile: '""',
    appendonly: "yes",
    appendfsync: "everysec",
    save: '""',
    "maxmemory-policy": "noeviction",
    ...extra,
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

/** Redis reads a double-quoted value as C would. */
function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

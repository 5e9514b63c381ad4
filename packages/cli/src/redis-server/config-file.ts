import { createHash } from "node:crypto";
import type { RedisAddress } from "./ping.ts";

/** A user besides the default one: its password and ACL rules. */
export interface RedisUser {
  password: string;
  rules: string;
}

/**
 * The configuration of a private Redis: loopback only, with a password, losing at most the last second in a
 * power failure (`everysec`). BullMQ and the event streams need `noeviction`: an evicted key is a lost event.
 * @param users by name; the file holds their passwords as hashes
 * @param extra directives that come last and so win, e.g. `{maxmemory: "64mb"}`
 */
export function redisConfig(
  dir: string,
  address: RedisAddress,
  users: Readonly<Record<string, RedisUser>> = {},
  extra: Readonly<Record<string, string>> = {},
): string {
  const directives: Record<string, string> = {
    bind: "127.0.0.1",
    port: String(address.port),
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
  const everybody = { default: { password: address.password, rules: "~* &* +@all" }, ...users };
  return [
    ...Object.entries(everybody).map(
      ([name, { password, rules }]) => `user ${name} on #${sha256(password)} ${rules}\n`,
    ),
    ...Object.entries(directives).map(([name, value]) => `${name} ${value}\n`),
  ].join("");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Redis reads a double-quoted value as C would. */
function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

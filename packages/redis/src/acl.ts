import type { ProcessName } from "@crewstream/service";

/** No command that administers the server or lists keys; clients need `INFO`, `ROLE` and `CLUSTER SLOTS`. */
const commands = "+@all -@admin -@dangerous -scan -randomkey +info +role +cluster|slots";

/** A UUID between the braces of a key, as a glob. */
const execution = "{????????-????-????-????-????????????}";

/**
 * What a process may do in Redis: the rules of an ACL user (Redis 6.2), without its name and password. No process
 * reaches keys of another prefix. The crew worker, whose password an automation could find, reaches only what it needs
 * itself: executions and their lists, memories and flow states, and the queues that it takes from or adds to. It has no
 * access to sessions, idempotency keys, the inspector, attempt logs, alerts, or the state of endpoints.
 * @param prefix `KEY_PREFIX`; `*` for any
 */
export function aclRules(process: ProcessName, prefix: string): string {
  const all = [`${prefix}:*`, `{${prefix}:*`];
  const keys = process === "crew-worker" ? crewKeys(prefix) : all;
  return [...keys.map((pattern) => `~${pattern}`), "resetchannels", `&${prefix}:*`, commands].join(" ");
}

function crewKeys(prefix: string): string[] {
  const own = [
    `${execution}:*`,
    "{active-*}:executions",
    "{index}:*",
    // Retiring a run lists its dead letters again, in case a crash left them off the lists.
    "{log-*}:dead",
    "{ep:*}:dead",
    "{workers}:*",
    "{stats}:*",
    "{state:*}",
    "{memory:*}:*",
    "{turn:*}",
    "{deployment}",
  ];
  return [...own.map((key) => `${prefix}:${key}`), `{${prefix}:runs}:*`, `{${prefix}:feeds-*}:*`];
}

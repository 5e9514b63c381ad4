import { readdirSync, readFileSync } from "node:fs";
import type { Cluster, Redis } from "ioredis";
import { scriptError } from "./script-errors.ts";

const folder = new URL("./lua/", import.meta.url);

/** Names of our scripts: the files in `lua/`, each headed by its keys, arguments and return values. */
export type ScriptName =
  | "create-execution"
  | "claim-lease"
  | "decrement-runs"
  | "renew-lease"
  | "append"
  | "append-logs"
  | "watch-execution"
  | "advance-feed"
  | "rest-feed"
  | "close-feed"
  | "add-feed"
  | "revive-delivery"
  | "discard-delivery"
  | "expedite-delivery"
  | "allow-probe"
  | "note-refusal"
  | "breaker-admit"
  | "breaker-report"
  | "expire-keys"
  | "discard-execution"
  | "cancel-execution"
  | "fair-priority"
  | "list-ended"
  | "list-new"
  | "answer-human"
  | "announce"
  | "change-memories";

/**
 * All scripts for a client to define; it calls each by its hash and falls back to the text if Redis has forgotten it.
 */
export const scriptDefinitions: Record<string, { lua: string }> = Object.fromEntries(
  readdirSync(folder)
    .filter((file) => file.endsWith(".lua"))
    .map((file) => [file.slice(0, -".lua".length), { lua: readFileSync(new URL(file, folder), "utf8") }]),
);

type ScriptCommand = (keyCount: number, ...keysAndArgs: (string | number)[]) => Promise<unknown>;

/**
 * Runs a script whose negative results are outcomes to its caller. A result is a number or a list that begins with one.
 */
export async function callScript(
  redis: Redis | Cluster,
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<number[]> {
  const command = (redis as unknown as Record<ScriptName, ScriptCommand>)[name];
  const answer = await command.call(redis, keys.length, ...keys, ...args);
  return (Array.isArray(answer) ? answer : [answer]).map(Number);
}

/**
 * Runs a script that is expected to succeed.
 * @throws AppError for a negative result, as `script-errors.ts` names it
 */
export async function runScript(...call: Parameters<typeof callScript>): Promise<number[]> {
  const [, name] = call;
  const numbers = await callScript(...call);
  const head = numbers[0] ?? 0;
  if (head < 0) throw scriptError(head, name);
  return numbers;
}

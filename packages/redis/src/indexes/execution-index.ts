import { hash } from "node:crypto";
import { createdAt, hasEnded, parseExecutionId, type ExecutionId, type ExecutionState } from "@crewstream/contracts";
import type { Listed } from "./newest.ts";
import { readNewest } from "./newest.ts";
import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** Lists of executions by state: all that have not ended are one list, as their state changes too often for more. */
export type ExecutionGroup = "live" | "SUCCESS" | "FAILED" | "REVOKED";
const groups: readonly ExecutionGroup[] = ["live", "SUCCESS", "FAILED", "REVOKED"];

/** Which list: all, a state group, an automation's, a token's (or only its unfinished ones), a thread's. */
export type ExecutionList =
  | { kind: "all" }
  | { kind: "group"; group: ExecutionGroup }
  | { kind: "of"; name: string }
  | { kind: "by"; token: string }
  | { kind: "open"; token: string }
  | { kind: "in"; thread: string };

/** Entries checked per pass when the lists are tidied. */
const window = 200;
/** Threads checked per pass, in each of two places. */
const threadWindow = 50;
/** A record that is being written may not exist yet. */
const graceMs = 60_000;

/** The group of a state. */
export function groupOf(state: ExecutionState): ExecutionGroup {
  return state === "SUCCESS" || state === "FAILED" || state === "REVOKED" ? state : "live";
}

/** What lists a new execution beside its own id and time. */
export interface Listing {
  automation: string;
  /** Name of the token that started it. */
  token: string;
  /** How many executions of that token may be open; 0 for no limit. */
  maxOpen: number;
}

/**
 * The lists that a new execution goes to, then the open ones of its token, and last the sets of tokens and automations.
 */
export function listsOfNew({ keys }: Pick<Store, "keys">, { automation, token }: Listing): string[] {
  const all = [
    keys.executionIndex,
    keys.executionGroup("live"),
    keys.executionsOf(automation),
    keys.executionsBy(token),
  ];
  return [...all, keys.openRuns(token), keys.tokenNames, keys.automationNames];
}

/**
 * Lists a new execution if its record is on another server.
 * @throws AppError `rate_limited` if the maximum of open executions of its token is reached
 */
export async function listNew(store: Store, id: ExecutionId, listing: Listing): Promise<void> {
  const { automation, token, maxOpen } = listing;
  await runScript(store.redis, "list-new", listsOfNew(store, listing), [id, createdAt(id), automation, token, maxOpen]);
}

/**
 * Adds an execution to its thread; one without a record is skipped by readers, and removed when the lists are tidied.
 */
export async function listInThread(store: Store, id: ExecutionId, thread: string): Promise<void> {
  const { redis, keys } = store;
  const at = createdAt(id);
  await Promise.all([
    redis.zadd(keys.threads, at, hashOf(thread)),
    redis.zadd(keyOf(store, { kind: "in", thread }), at, id),
  ]);
}

/** A client may choose any text, of any length. */
function hashOf(thread: string): string {
  return hash("sha256", thread, "base64url");
}

/**
 * Moves an execution that has ended to the list of its outcome. Its record is in another slot: a crash between the two
 * writes leaves it among the live ones until the lists are tidied.
 */
export async function listEnded(store: Store, id: ExecutionId, state: ExecutionState): Promise<void> {
  if (!hasEnded(state)) return;
  const token = (await store.redis.hget(store.keys.execution(id).exec, "token")) ?? "";
  const keys = [
    store.keys.executionGroup("live"),
    store.keys.executionGroup(groupOf(state)),
    store.keys.openRuns(token),
  ];
  await runScript(store.redis, "list-ended", keys, [id, createdAt(id)]);
}

/** Executions of a list, newest first, strictly before `before`. The cost does not depend on the length of the list. */
export async function listExecutions(
  store: Store,
  list: ExecutionList,
  options: { before?: Listed | undefined; limit: number },
): Promise<Listed[]> {
  return readNewest(store, keyOf(store, list), options);
}

/** How many executions have not ended. */
export async function countLive(store: Store): Promise<number> {
  return store.redis.zcard(store.keys.executionGroup("live"));
}

/**
 * Removes expired executions from the lists, and moves those whose end was not listed. Checks the oldest entries of
 * each list for as long as many of them are wrong, and some at a random position, as an old execution that is still
 * running would hide what is behind it.
 */
export async function tidyExecutions(store: Store, now: number): Promise<number> {
  const { redis, keys } = store;
  const [names, tokens] = await Promise.all([redis.smembers(keys.automationNames), redis.smembers(keys.tokenNames)]);
  const lists: ExecutionList[] = [
    { kind: "all" },
    ...groups.map((group): ExecutionList => ({ kind: "group", group })),
    ...names.map((name): ExecutionList => ({ kind: "of", name })),
    ...tokens.flatMap((token): ExecutionList[] => [
      { kind: "by", token },
      { kind: "open", token },
    ]),
  ];
  let tidied = 0;
  for (const list of lists) {
    const isOpen = list.kind === "open" || (list.kind === "group" && list.group === "live");
    const tidiedList = { key: keyOf(store, list), isOpen };
    for (let wrong = window; wrong > window / 2;) {
      wrong = await tidyWindow(store, tidiedList, 0, now);
      tidied += wrong;
    }
    const size = await redis.zcard(tidiedList.key);
    if (size > window) tidied += await tidyWindow(store, tidiedList, Math.floor(Math.random() * (size - window)), now);
  }
  return tidied + (await tidyThreads(store, now));
}

/**
 * Removes what has expired from threads: from those whose last run began longest ago, and from some at random, as one
 * with an old run that is still open would hide those behind it. An empty thread is deleted.
 */
async function tidyThreads(store: Store, now: number): Promise<number> {
  const { redis, keys } = store;
  const count = await redis.zcard(keys.threads);
  const start = Math.floor(Math.random() * Math.max(1, count - window));
  const threads = new Set([
    ...(await redis.zrange(keys.threads, "0", String(threadWindow - 1))),
    ...(await redis.zrange(keys.threads, String(start), String(start + threadWindow - 1))),
  ]);
  let tidied = 0;
  for (const thread of threads) {
    const key = keys.executionsIn(thread);
    tidied += await tidyWindow(store, { key, isOpen: false }, 0, now);
    // A kickoff writes to its thread first, so a concurrent one is still in the thread's list.
    if ((await redis.zcard(key)) === 0) await redis.zrem(keys.threads, thread);
  }
  return tidied;
}

/** @param list all its entries are unfinished if `isOpen` */
async function tidyWindow(
  store: Store,
  { key, isOpen }: { key: string; isOpen: boolean },
  start: number,
  now: number,
): Promise<number> {
  const ids = await store.redis.zrange(key, String(start), String(start + window - 1));
  const wrong = await Promise.all(
    ids.map(async (text) => {
      const id = parseExecutionId(text);
      if (id !== undefined && createdAt(id) > now - graceMs) return 0;
      const state = id === undefined ? null : await store.redis.hget(store.keys.execution(id).exec, "state");
      if (id === undefined || state === null) return store.redis.zrem(key, text);
      if (!isOpen || !hasEnded(state as ExecutionState)) return 0;
      await listEnded(store, id, state as ExecutionState);
      return 1;
    }),
  );
  return wrong.reduce((sum, count) => sum + count, 0);
}

function keyOf({ keys }: Pick<Store, "keys">, list: ExecutionList): string {
  switch (list.kind) {
    case "all":
      return keys.executionIndex;
    case "group":
      return keys.executionGroup(list.group);
    case "of":
      return keys.executionsOf(list.name);
    case "by":
      return keys.executionsBy(list.token);
    case "open":
      return keys.openRuns(list.token);
    case "in":
      return keys.executionsIn(hashOf(list.thread));
    default:
      return list satisfies never;
  }
}

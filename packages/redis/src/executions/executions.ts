import {
  createdAt,
  executionStateSchema,
  pendingInputSchema,
  type ExecutionId,
  type ExecutionState,
  type Subscription,
  type TraceContext,
} from "@crewstream/contracts";
import { z } from "zod";
import { relistDead } from "../indexes/delivery-index.ts";
import { inputsPreview } from "./inputs-preview.ts";
import { listEnded, listInThread, listNew, listsOfNew } from "../indexes/execution-index.ts";
import { allFeedKeys, partitionOf } from "../keys.ts";
import { callScript, runScript } from "../scripts.ts";
import { ScriptError } from "../script-errors.ts";
import { dueCompletion } from "../feeds/feeds.ts";
import type { Store } from "../store.ts";

/** What a kickoff stores; every value is text, JSON where it is structured. */
export interface NewExecution {
  id: ExecutionId;
  automation: string;
  kind: "crew" | "flow";
  inputs: Record<string, unknown>;
  meta: unknown;
  /** Name of the token that started it. */
  token: string;
  /** How many runs of that token may be open, this one included; unlimited by default. */
  maxOpen?: number;
  createdAt: number;
  /** Its token is limited to its own executions: states that a flow of another token saved are invisible to it. */
  own?: boolean;
  /** Conversation, or other series of runs, that a client assigns it to. */
  thread?: string | undefined;
  /** Id under which an earlier run of this flow saved its state: this one begins with a copy. */
  restoreFrom?: string;
  subscriptions: Subscription[];
  /** The trace of the kickoff, which the run and its deliveries continue. */
  trace?: TraceContext | undefined;
  /** False keeps it off the list of executions; default true. */
  listed?: boolean;
}

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
});

const millis = z.coerce.number();

export const recordSchema = z.object({
  id: z.string(),
  automation: z.string(),
  kind: z.enum(["crew", "flow"]),
  state: executionStateSchema,
  inputs: jsonText.pipe(z.record(z.string(), z.unknown())),
  /** The beginning of its inputs as a line of text, for lists and search. */
  inputs_preview: z.string().optional(),
  meta: jsonText.optional(),
  token: z.string(),
  created_at: millis,
  updated_at: millis.optional(),
  started_at: millis.optional(),
  ended_at: millis.optional(),
  seq: z.coerce.number(),
  epoch: z.coerce.number(),
  runs: z.coerce.number(),
  feeds: z.coerce.number(),
  feeds_open: z.coerce.number(),
  own: z.literal("1").optional(),
  thread: z.string().optional(),
  restore_from: z.string().optional(),
  traceparent: z.string().optional(),
  tracestate: z.string().optional(),
  lease_until: millis.optional(),
  cancel: z.string().optional(),
  /** Why the run's thread or worker died the last time. */
  last_fault: z.string().optional(),
  /** The human input it waits for, while PAUSED. */
  pending: jsonText.pipe(z.array(pendingInputSchema)).optional(),
  error: z.string().optional(),
  error_type: z.string().optional(),
  error_location: z.string().optional(),
  error_stack: z.string().optional(),
  result: jsonText.optional(),
  result_json: jsonText.optional(),
  usage: jsonText.optional(),
  tasks: jsonText.optional(),
  progress: jsonText.optional(),
  last_step: jsonText.optional(),
  last_task: jsonText.optional(),
});

/** An execution's record as it is stored. */
export type ExecutionRecord = Omit<z.infer<typeof recordSchema>, "id"> & { id: ExecutionId };

/**
 * Creates an execution and its feeds in one script, and lists it as active. Idempotent by id.
 * @returns false if it exists already
 * @throws AppError `rate_limited` if the maximum of open runs of its token is reached
 */
export async function createExecution(store: Store, execution: NewExecution): Promise<boolean> {
  const keys = store.keys.execution(execution.id);
  const feedKeys = execution.subscriptions.map((_, feed) => keys.feed(feed).feed);
  const pairs = recordPairs(execution);
  const subscriptions = execution.subscriptions.flatMap((subscription) => [
    JSON.stringify(subscription),
    dueCompletion(subscription),
  ]);
  const active = activeKey(store, execution.id);
  const { id, automation, token, thread, maxOpen = 0 } = execution;
  // Listed before the record, so that no crash in between leaves a record that its thread does not list.
  if (thread !== undefined) await listInThread(store, id, thread);
  const listing = execution.listed === false ? undefined : { automation, token, maxOpen };
  const create = (lists: readonly string[], { automation: listed }: { automation: string }) =>
    runScript(
      store.redis,
      "create-execution",
      [keys.exec, ...feedKeys, ...lists],
      [feedKeys.length, createdAt(id), id, listed, token, maxOpen, pairs.length / 2, ...pairs, ...subscriptions],
    );
  if (!store.redis.isCluster) {
    const lists = listing === undefined ? [] : listsOfNew(store, listing);
    const [created] = await create([active, ...lists], listing ?? unlisted);
    return created === 1;
  }
  // The lists are in other slots. Written before or with the record, so that no crash in between leaves a record that
  // nobody watches. An entry without a record is removed by the reconciler.
  const list = listing === undefined ? undefined : listNew(store, id, listing);
  if (maxOpen > 0) await list;
  const [, , [created]] = await Promise.all([store.redis.zadd(active, createdAt(id), id), list, create([], unlisted)]);
  return created === 1;
}

/** Arguments of the script for an execution whose lists it does not write. */
const unlisted = { automation: "" };

/** The fields of a new record, alternating names and values. */
function recordPairs(execution: NewExecution): (string | number)[] {
  const { id, automation, kind, inputs, meta, token, own, thread, restoreFrom, trace, createdAt } = execution;
  const pairs = ["id", id, "automation", automation, "kind", kind, "inputs", JSON.stringify(inputs), "token", token];
  if (Object.keys(inputs).length > 0) pairs.push("inputs_preview", inputsPreview(inputs));
  if (meta !== undefined) pairs.push("meta", JSON.stringify(meta));
  if (own === true) pairs.push("own", "1");
  if (thread !== undefined) pairs.push("thread", thread);
  if (restoreFrom !== undefined) pairs.push("restore_from", restoreFrom);
  if (trace !== undefined) pairs.push(...Object.entries(trace).flat());
  return [...pairs, "created_at", createdAt];
}

/** Undoes a kickoff whose client was answered with a failure; a run that has begun stays. */
export async function discardExecution(store: Store, id: ExecutionId, feeds: number): Promise<void> {
  const keys = store.keys.execution(id);
  const feedKeys = Array.from({ length: feeds }, (_, feed) => keys.feed(feed).feed);
  const token = await readStarter(store, id);
  const [discarded] = await runScript(store.redis, "discard-execution", [keys.exec, ...feedKeys], []);
  // The other lists are tidied later; this one counts towards a limit.
  if (discarded === 1 && token !== undefined) await store.redis.zrem(store.keys.openRuns(token), id);
}

/** The record, or undefined when there is none (any more). */
export async function readExecution(store: Store, id: ExecutionId): Promise<ExecutionRecord | undefined> {
  const fields = await store.redis.hgetall(store.keys.execution(id).exec);
  if (Object.keys(fields).length === 0) return undefined;
  return { ...recordSchema.parse(fields), id };
}

/** The name of the token that started an execution; undefined when there is none (any more). */
export async function readStarter(store: Store, id: ExecutionId): Promise<string | undefined> {
  return (await store.redis.hget(store.keys.execution(id).exec, "token")) ?? undefined;
}

/** How far an execution's stream is, and its state; undefined when there is no such execution. */
export async function readExecutionHead(
  store: Store,
  id: ExecutionId,
): Promise<{ seq: number; state: ExecutionState } | undefined> {
  const [seq, state] = await store.redis.hmget(store.keys.execution(id).exec, "seq", "state");
  const parsed = executionStateSchema.safeParse(state);
  return parsed.success ? { seq: Number(seq), state: parsed.data } : undefined;
}

/**
 * What a cancel did: the run has ended, its worker was asked to end it, a worker must take it to end it (it waited for
 * a person), it had ended before, or there is no such execution.
 */
export type CancelAnswer = "ended" | "asked" | "to_be_taken" | "over" | "unknown";

const cancelAnswers: Record<number, CancelAnswer> = { 0: "over", 1: "ended", 2: "asked", 3: "to_be_taken" };

/** Stops a run: immediately if no worker has it, else its worker does at its next heartbeat. */
export async function cancelExecution(store: Store, id: ExecutionId, reason: string): Promise<CancelAnswer> {
  const [answer = 0] = await callScript(store.redis, "cancel-execution", [store.keys.execution(id).exec], [reason]);
  if (answer === 1) await listEnded(store, id, "REVOKED");
  return cancelAnswers[answer] ?? "unknown";
}

/**
 * Executions of a partition that are not done, at most `limit`. If there are more, a window at a random position, so
 * that repeated calls eventually cover all.
 */
export async function activeExecutions(store: Store, partition: number, limit: number): Promise<ExecutionId[]> {
  const key = store.keys.active(partition);
  const range = async (start: number) =>
    (await store.redis.zrange(key, String(start), String(start + limit - 1))) as ExecutionId[];
  const oldest = await range(0);
  if (oldest.length < limit) return oldest;
  return range(Math.floor(Math.random() * ((await store.redis.zcard(key)) - limit + 1)));
}

/** The record of an execution that is already watched may not be written yet: it is in another slot. */
const recordGraceMs = 60_000;

/** Stops watching an execution that has no record (any more). */
export async function forgetExecution(store: Store, id: ExecutionId): Promise<void> {
  if (createdAt(id) < Date.now() - recordGraceMs) await unwatch(store, id);
}

/**
 * Lets an execution that is done expire, and stops watching it. Called when it has ended and its last feed is done;
 * calling it again, or too early, does no harm. As nobody looks after it any more, dead letters that a crash left off
 * the lists are listed first.
 */
export async function retireExecution(
  store: Store,
  id: ExecutionId,
  options: { feeds: number; retentionMs: number },
): Promise<void> {
  const keys = store.keys.execution(id);
  // Replays may have added feeds since the caller counted them.
  const feeds = Math.max(options.feeds, Number(await store.redis.hget(keys.exec, "feeds")));
  await relistDead(store, id, feeds);
  const [answer = 0] = await callScript(
    store.redis,
    "expire-keys",
    [keys.exec, keys.events, keys.journal, keys.attempts, keys.logs, ...allFeedKeys(keys, feeds)],
    [Math.round(options.retentionMs)],
  );
  if (answer === ScriptError.stale) return;
  await unwatch(store, id);
  // If a replay or a retried dead letter came in between, it remains watched.
  const reopened = Number(await store.redis.hget(keys.exec, "feeds_open")) > 0;
  if (reopened) await store.redis.zadd(activeKey(store, id), Date.now(), id);
}

async function unwatch(store: Store, id: ExecutionId): Promise<void> {
  await store.redis.zrem(activeKey(store, id), id);
}

function activeKey(store: Store, id: ExecutionId): string {
  return store.keys.active(partitionOf(id, store.partitions));
}

export type { ExecutionState };

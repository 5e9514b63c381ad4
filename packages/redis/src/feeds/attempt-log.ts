import type { ExecutionId } from "@crewstream/contracts";
import { attemptSchema, type Attempt } from "./deliveries.ts";
import { partitionOf } from "../keys.ts";
import type { Store } from "../store.ts";

/** Attempts kept per partition over all executions; an execution keeps its own longer. */
const logLength = 20_000;

/** Adds attempts to the deployment-wide log, which feeds the live view and the list of delivered deliveries. */
export async function logAttempts(store: Store, attempts: readonly Attempt[]): Promise<void> {
  await Promise.all(
    attempts.map((attempt) => {
      const key = store.keys.attemptLog(partitionOf(attempt.executionId as ExecutionId, store.partitions));
      return store.redis.xadd(key, "MAXLEN", "~", logLength, "*", "a", JSON.stringify(attempt));
    }),
  );
}

/** An attempt and its position in its partition's log. */
export interface LoggedAttempt {
  cursor: string;
  attempt: Attempt;
}

/** Attempts of a partition, newest first, older than `before` (exclusive; the newest when absent). */
export async function readAttemptLog(
  store: Store,
  partition: number,
  options: { before?: string; limit: number },
): Promise<LoggedAttempt[]> {
  const end = options.before === undefined ? "+" : `(${options.before}`;
  const entries = await store.redis.xrevrange(store.keys.attemptLog(partition), end, "-", "COUNT", options.limit);
  return entries.map(toLogged);
}

/** Attempts of a partition, oldest first, newer than `after`: for following the log live. */
export async function followAttemptLog(
  store: Store,
  partition: number,
  options: { after: string; limit: number },
): Promise<LoggedAttempt[]> {
  const entries = await store.redis.xrange(
    store.keys.attemptLog(partition),
    `(${options.after}`,
    "+",
    "COUNT",
    options.limit,
  );
  return entries.map(toLogged);
}

function toLogged([cursor, fields]: [string, string[]]): LoggedAttempt {
  return { cursor, attempt: attemptSchema.parse(JSON.parse(fields[1] ?? "{}")) };
}

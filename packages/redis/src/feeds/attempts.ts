import type { ExecutionId } from "@crewstream/contracts";
import { attemptSchema } from "./deliveries.ts";
import type { LoggedAttempt } from "./attempt-log.ts";
import type { Store } from "../store.ts";

/** Attempts of one execution, newest first, older than `before`; its log holds about the last 1,000. */
export async function readAttempts(
  store: Store,
  id: ExecutionId,
  options: { before?: string | undefined; limit: number },
): Promise<LoggedAttempt[]> {
  const end = options.before === undefined ? "+" : `(${options.before}`;
  const entries = await store.redis.xrevrange(store.keys.execution(id).attempts, end, "-", "COUNT", options.limit);
  return entries.map(([cursor, fields]) => ({ cursor, attempt: attemptSchema.parse(JSON.parse(fields[1] ?? "{}")) }));
}

import { parseExecutionId, type ExecutionId } from "@crewstream/contracts";
import type { Listed } from "../indexes/newest.ts";
import { readNewest } from "../indexes/newest.ts";
import type { Store } from "../store.ts";

/** Executions of a partition that are running or have undelivered events, strictly before `before`. */
export async function listActive(
  store: Store,
  partition: number,
  options: { before?: Listed | undefined; limit: number },
): Promise<(Listed & { id: ExecutionId })[]> {
  const listed = await readNewest(store, store.keys.active(partition), options);
  return listed.flatMap(({ id: text, at }) => {
    const id = parseExecutionId(text);
    return id === undefined ? [] : [{ id, at }];
  });
}

/** The oldest executions of a partition that are running or have undelivered events. */
export async function oldestActive(store: Store, partition: number, limit: number): Promise<ExecutionId[]> {
  const ids = await store.redis.zrange(store.keys.active(partition), "0", String(limit - 1));
  return ids.map(parseExecutionId).filter((id) => id !== undefined);
}

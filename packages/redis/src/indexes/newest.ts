import type { Store } from "../store.ts";

/** A member of a list: its id, and the score that it is ordered by. */
export interface Listed {
  id: string;
  at: number;
}

/**
 * Members of a sorted set, highest score first, strictly before `before`; equal scores by member, descending. The cost
 * depends on the page, and on how many share the score at its start.
 */
export async function readNewest(
  store: Store,
  key: string,
  options: { before?: Listed | undefined; limit: number },
): Promise<Listed[]> {
  const { before, limit } = options;
  const max = before === undefined ? "+inf" : String(before.at);
  const listed: Listed[] = [];
  for (let offset = 0; listed.length < limit; offset += limit) {
    const flat = await store.redis.zrevrangebyscore(key, max, "-inf", "WITHSCORES", "LIMIT", offset, limit);
    for (let i = 0; i + 1 < flat.length && listed.length < limit; i += 2) {
      const [id = "", at] = [flat[i], Number(flat[i + 1])];
      if (before === undefined || at < before.at || id < before.id) listed.push({ id, at });
    }
    if (flat.length < 2 * limit) break;
  }
  return listed;
}

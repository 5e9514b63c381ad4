import type { Store } from "../store.ts";

/**
 * Upper bounds of the latency histogram in ms; the last bucket is open. Attempts that use up the default timeout,
 * slightly over 15 s, have a narrow bucket of their own, or their median would be shown as 22 s.
 */
export const latencyBounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 14_900, 15_200, 30_000] as const;

/** Counters are kept by minutes for a day, and by hours for eight days. */
const units = {
  minute: { ms: 60_000, keptForSeconds: 24 * 3600 },
  hour: { ms: 3_600_000, keptForSeconds: 8 * 24 * 3600 },
} as const;
export type TallyUnit = keyof typeof units;
const unitNames = ["minute", "hour"] as const satisfies readonly TallyUnit[];

/** Counters of one endpoint, or of the whole deployment, over some time. */
export interface Tally {
  delivered: number;
  failed: number;
  events: number;
  published: number;
  /** Attempts per latency bucket; one more than there are bounds. */
  latency: number[];
}

export function emptyTally(): Tally {
  return {
    delivered: 0,
    failed: 0,
    events: 0,
    published: 0,
    latency: Array.from({ length: latencyBounds.length + 1 }, () => 0),
  };
}

/** Adds what a process counted since its last call, per endpoint, to the current minute and hour; all in one pipeline. */
export async function addTallies(store: Store, tallies: ReadonlyMap<string, Tally>, now: number): Promise<void> {
  const total = emptyTally();
  const writes: Promise<unknown>[] = [];
  for (const [endpoint, tally] of tallies) {
    accumulate(total, tally);
    if (endpoint === "") continue;
    writes.push(addTally(store, tally, now, endpoint));
    writes.push(store.redis.zadd(store.keys.endpoints, now, endpoint));
  }
  writes.push(addTally(store, total, now));
  await Promise.all(writes);
}

/** Counters of the last `minutes`, oldest first; of one endpoint or of the whole deployment. */
export async function readTallies(
  store: Store,
  { minutes, ...options }: { endpoint?: string; minutes: number; now: number },
): Promise<{ minute: number; tally: Tally }[]> {
  const steps = await readTallySteps(store, { ...options, unit: "minute", count: minutes });
  return steps.map(({ at, tally }) => ({ minute: at, tally }));
}

/** Counters of the last `count` minutes or hours, the current one included, oldest first; `at` is a step's start in ms. */
export async function readTallySteps(
  store: Store,
  { unit, count, endpoint, now }: { unit: TallyUnit; count: number; endpoint?: string | undefined; now: number },
): Promise<{ at: number; tally: Tally }[]> {
  const { ms } = units[unit];
  const last = Math.floor(now / ms);
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const number = last - count + 1 + index;
      return { at: number * ms, tally: toTally(await store.redis.hgetall(store.keys.stats(unit, number, endpoint))) };
    }),
  );
}

/** Endpoints with deliveries, most recently used first. */
export async function readEndpoints(store: Store, limit: number): Promise<{ endpoint: string; usedAt: number }[]> {
  const flat = await store.redis.zrevrange(store.keys.endpoints, 0, String(limit - 1), "WITHSCORES");
  return flat.flatMap((endpoint, index) => (index % 2 === 0 ? [{ endpoint, usedAt: Number(flat[index + 1]) }] : []));
}

/** Adds `more` to `sum`. */
export function accumulate(sum: Tally, more: Tally): void {
  sum.delivered += more.delivered;
  sum.failed += more.failed;
  sum.events += more.events;
  sum.published += more.published;
  more.latency.forEach((count, index) => {
    sum.latency[index] = (sum.latency[index] ?? 0) + count;
  });
}

/** The latency below which a share of the attempts stayed, interpolated within its bucket; undefined without any. */
export function latencyQuantile(tally: Tally, share: number): number | undefined {
  const total = tally.latency.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let below = 0;
  for (const [index, count] of tally.latency.entries()) {
    if (below + count >= share * total) {
      const from = latencyBounds[index - 1] ?? 0;
      const to = latencyBounds[index] ?? from;
      return Math.round(from + (to - from) * ((share * total - below) / Math.max(1, count)));
    }
    below += count;
  }
  return latencyBounds.at(-1);
}

/** The histogram bucket of a duration. */
export function latencyBucket(ms: number): number {
  const index = latencyBounds.findIndex((bound) => ms <= bound);
  return index < 0 ? latencyBounds.length : index;
}

async function addTally(store: Store, tally: Tally, now: number, endpoint?: string): Promise<void> {
  const fields: [string, number][] = [
    ["delivered", tally.delivered],
    ["failed", tally.failed],
    ["events", tally.events],
    ["published", tally.published],
    ...tally.latency.map((count, index): [string, number] => [`l${index}`, count]),
  ];
  const used = fields.filter(([, count]) => count > 0);
  if (used.length === 0) return;
  const writes: Promise<unknown>[] = [];
  for (const unit of unitNames) {
    const { ms, keptForSeconds } = units[unit];
    const key = store.keys.stats(unit, Math.floor(now / ms), endpoint);
    for (const [field, count] of used) writes.push(store.redis.hincrby(key, field, count));
    writes.push(store.redis.expire(key, keptForSeconds));
  }
  await Promise.all(writes);
}

function toTally(fields: Record<string, string>): Tally {
  const count = (name: string) => Number(fields[name] ?? 0);
  return {
    delivered: count("delivered"),
    failed: count("failed"),
    events: count("events"),
    published: count("published"),
    latency: Array.from({ length: latencyBounds.length + 1 }, (_, index) => count(`l${index}`)),
  };
}

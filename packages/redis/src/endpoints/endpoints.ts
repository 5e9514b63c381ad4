import type { Listed } from "../indexes/newest.ts";
import { readNewest } from "../indexes/newest.ts";
import type { Store } from "../store.ts";

/** Endpoints that were delivered to, the latest first, strictly before `before`. */
export async function listEndpoints(
  store: Store,
  options: { before?: Listed | undefined; limit: number },
): Promise<Listed[]> {
  return readNewest(store, store.keys.endpoints, options);
}

/** When an endpoint was last delivered to, in ms; undefined for one that never was. */
export async function endpointUsedAt(store: Store, endpoint: string): Promise<number | undefined> {
  const score = await store.redis.zscore(store.keys.endpoints, endpoint);
  return score === null ? undefined : Number(score);
}

/**
 * An endpoint's circuit breaker as an operator sees it; times in ms. Its states:
 *
 *   closed     requests are sent. Failures open it (`breaker-report.lua`).
 *   open       no request is sent until `nextProbeAt`. Then `breaker-admit.lua` admits one caller, with the probe.
 *   half-open  stored as open: the probe is in flight. Its success closes the breaker, its failure opens it for longer.
 *
 * In each state the endpoint may also be throttled, until `pauseUntil`, or paused by an operator, as long as the field `held` is set.
 */
export interface BreakerView {
  state: "closed" | "open";
  /** An operator has paused the endpoint. */
  paused: boolean;
  reason: string | undefined;
  openedAt: number | undefined;
  nextProbeAt: number | undefined;
  /** Until when the endpoint asked us to wait (`Retry-After`). */
  pauseUntil: number | undefined;
  /** Consecutive failed probes. */
  trips: number;
  /** A person's retry lets one request through although the endpoint asked us to wait. */
  probeAllowed: boolean;
  /** How it last refused a delivery although it is up, e.g. `rejected 401` or `gone 410`, and when. */
  refusal: string | undefined;
  refusedAt: number | undefined;
}

/**
 * When the next request may go to an endpoint in its current state: ms, at most `now` if it may go at once; undefined
 * while an operator has paused the endpoint.
 */
export function opensAt(breaker: BreakerView, now: number): number | undefined {
  if (breaker.paused) return undefined;
  const throttledUntil = breaker.probeAllowed ? 0 : (breaker.pauseUntil ?? 0);
  return Math.max(now, throttledUntil, breaker.nextProbeAt ?? 0);
}

export async function readBreaker(store: Store, endpoint: string): Promise<BreakerView> {
  const fields = await store.redis.hgetall(store.keys.breaker(endpoint));
  const time = (name: string): number | undefined => {
    const value = Number(fields[name] ?? 0);
    return value > 0 ? value : undefined;
  };
  const open = fields["state"] === "open";
  return {
    state: open ? "open" : "closed",
    paused: fields["held"] === "1",
    reason: fields["reason"],
    openedAt: open ? time("opened_at") : undefined,
    nextProbeAt: open ? time("next_probe_at") : undefined,
    pauseUntil: time("pause_until"),
    trips: Number(fields["trips"] ?? 0),
    probeAllowed: fields["probe_allowed"] === "1",
    refusal: fields["refusal"],
    refusedAt: time("refused_at"),
  };
}

/**
 * Pauses or resumes all deliveries to an endpoint, for an operator. Resuming closes the breaker too: the operator knows
 * something that the breaker does not.
 */
export async function setEndpointPaused(store: Store, endpoint: string, paused: boolean): Promise<void> {
  const key = store.keys.breaker(endpoint);
  if (paused) {
    await store.redis.hset(key, "held", "1");
    await store.redis.persist(key);
  } else await store.redis.del(key);
}

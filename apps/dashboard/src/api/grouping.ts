import type { Delivery } from "@crewstream/contracts";

/** Deliveries that failed in the same way: at one endpoint, with one outcome, status and message. */
export interface FailureGroup {
  key: string;
  state: "retrying" | "dead";
  endpoint: string;
  origin: string;
  outcome: string | null;
  status: number | null;
  reason: string | null;
  count: number;
  /** Times of the first and the last failure, ISO 8601. */
  oldest: string | null;
  newest: string | null;
}

/** Groups of these deliveries, the largest first. */
export function groupFailures(deliveries: readonly Delivery[], state: "retrying" | "dead"): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { endpoint, origin, outcome, status, reason, last_attempt_at: at } of deliveries) {
    const key = JSON.stringify([endpoint, outcome, status, reason]);
    const group = groups.get(key) ?? {
      key,
      state,
      endpoint,
      origin,
      outcome,
      status,
      reason,
      count: 0,
      oldest: at,
      newest: at,
    };
    group.count += 1;
    // ISO 8601 of one form sorts as text.
    if (at !== null && (group.oldest === null || at < group.oldest)) group.oldest = at;
    if (at !== null && (group.newest === null || at > group.newest)) group.newest = at;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

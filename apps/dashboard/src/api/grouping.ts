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
  /** When the oldest was sealed and the newest was last tried, ISO 8601. */
  oldest: string | null;
  newest: string | null;
}

/** Groups of these deliveries, the largest first. */
export function groupFailures(deliveries: readonly Delivery[], state: "retrying" | "dead"): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { endpoint, origin, outcome, status, reason, last_attempt_at, sealed_at } of deliveries) {
    const from = sealed_at ?? last_attempt_at;
    const to = last_attempt_at ?? sealed_at;
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
      oldest: from,
      newest: to,
    };
    group.count += 1;
    // ISO 8601 of one form sorts as text.
    if (from !== null && (group.oldest === null || from < group.oldest)) group.oldest = from;
    if (to !== null && (group.newest === null || to > group.newest)) group.newest = to;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

import type { TallyView } from "@crewstream/contracts";
import { accumulate, emptyTally, latencyQuantile, type Tally } from "@crewstream/redis";

/** Counters with the rates that people want to see. */
export function tallyView(tally: Tally): TallyView {
  const requests = tally.delivered + tally.failed;
  return {
    delivered: tally.delivered,
    failed: tally.failed,
    events: tally.events,
    published: tally.published,
    success_rate: requests === 0 ? null : tally.delivered / requests,
    p50_ms: latencyQuantile(tally, 0.5) ?? null,
    p95_ms: latencyQuantile(tally, 0.95) ?? null,
  };
}

/** The sum of the newest minutes. */
export function sumTallies(minutes: readonly { tally: Tally }[], newest: number): Tally {
  const sum = emptyTally();
  for (const { tally } of minutes.slice(-newest)) accumulate(sum, tally);
  return sum;
}

export function minuteView({ minute, tally }: { minute: number; tally: Tally }) {
  return { at: new Date(minute).toISOString(), ...tallyView(tally) };
}

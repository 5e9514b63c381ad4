import { follows } from "../request/coalesce.ts";
import type { RenderedEvent } from "../request/rendered-event.ts";

export interface BatchLimits {
  /** Chunks that are merged count as one. */
  maxEvents: number;
  maxBytes: number;
}

/** `{"events":[` and `]}` around a batch. */
const frameBytes = 13;

/** How many of these events go into the next body: as many as fit the limits, and at least one, whatever its size. */
export function batchLength(events: readonly RenderedEvent[], limits: BatchLimits): number {
  return measure(events, limits).length;
}

/** Whether these events fill a batch, so that more events would not change it. */
export function batchIsFull(events: readonly RenderedEvent[], limits: BatchLimits): boolean {
  const { length, units, bytes } = measure(events, limits);
  if (length < events.length || bytes >= limits.maxBytes) return true;
  // The last chunk may be followed by more chunks to merge.
  return units >= limits.maxEvents && events.at(-1)?.chunk === undefined;
}

function measure(
  events: readonly RenderedEvent[],
  limits: BatchLimits,
): { length: number; units: number; bytes: number } {
  let [length, units, bytes] = [0, 0, frameBytes];
  for (const event of events) {
    const grown = bytes + event.bytes + (length > 0 ? 1 : 0);
    const unit = follows(events[length - 1], event) ? 0 : 1;
    if (length > 0 && (units + unit > limits.maxEvents || grown > limits.maxBytes)) break;
    bytes = grown;
    length += 1;
    units += unit;
  }
  return { length, units, bytes };
}

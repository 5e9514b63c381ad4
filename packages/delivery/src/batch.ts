import type { RenderedEvent } from "./render.ts";

export interface BatchLimits {
  maxEvents: number;
  maxBytes: number;
}

/** `{"events":[` and `]}` around a batch. */
const frameBytes = 13;

/**
 * How many of these events make the next body: as many as fit the limits, and at least one, as an event that alone
 * exceeds the byte limit still has to leave.
 */
export function batchLength(events: readonly RenderedEvent[], limits: BatchLimits): number {
  let bytes = frameBytes;
  let length = 0;
  for (const event of events) {
    const grown = bytes + event.bytes + (length > 0 ? 1 : 0);
    if (length > 0 && (length >= limits.maxEvents || grown > limits.maxBytes)) break;
    bytes = grown;
    length += 1;
  }
  return length;
}

/** Whether these events fill a batch, so that waiting for more would not change it. */
export function batchIsFull(events: readonly RenderedEvent[], limits: BatchLimits): boolean {
  const length = batchLength(events, limits);
  return length >= limits.maxEvents || length < events.length || sum(events) + frameBytes >= limits.maxBytes;
}

function sum(events: readonly RenderedEvent[]): number {
  return events.reduce((total, event) => total + event.bytes, 0);
}

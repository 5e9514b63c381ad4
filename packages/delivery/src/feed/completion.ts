import { hasEnded } from "@crewstream/contracts";
import type { FeedState, Seal } from "@crewstream/redis";
import type { FeedReader } from "./feed-reader.ts";

/**
 * The seal of the empty delivery that ends a feed whose subscription asks for it; undefined while none is due: the run
 * goes on, an event is left that can be the last, or the last one could say already that the feed is complete. Its id is
 * that of the number after the stream's last, which no event has.
 */
export function completionSeal(
  { completionDue, until, executionState }: FeedState,
  reader: Pick<FeedReader, "dry" | "scannedTo">,
  cursor: number,
): Seal | undefined {
  const ended = until !== undefined || hasEnded(executionState);
  if (!completionDue || !ended || !reader.dry) return undefined;
  const to = reader.scannedTo;
  const record = { first: to + 1, last: to, events: 0, sealedAt: Date.now(), attempts: 0 };
  return { from: cursor, to, deliveries: [record], kind: "completion" };
}

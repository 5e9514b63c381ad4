import { hasEnded } from "@crewstream/contracts";
import type { FeedState, Seal } from "@crewstream/redis";
import type { FeedReader } from "./feed-reader.ts";

/**
 * The seal of the empty delivery that ends a feed whose subscription asks for one; undefined while none is due: the run is
 * not over, there are events left, or the last delivery was already marked as the feed's last. Its id is made from the
 * sequence number after the stream's last, which no event has.
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

import type { Subscription } from "@crewstream/contracts";
import {
  readBreaker,
  sealedRecords,
  type BreakerView,
  type DeliveryRecord,
  type FeedAddress,
  type FeedState,
  type Seal,
  type Settlement,
} from "@crewstream/redis";
import { completionSeal } from "./completion.ts";
import type { FeedContext, DeliveryLimits } from "../context.ts";
import { recordOf, type Cut, type FeedReader } from "./feed-reader.ts";
import type { OpenedFeed } from "../request/opened-feed.ts";
import { settle, writeTurn } from "./settle.ts";

/** Dead letters that are written at once. */
const pageLength = 100;

/**
 * How long a delivery's whole retry schedule takes, ms. Deliveries of an endpoint that has been failing for longer are
 * given up as if they had used up their attempts: they become dead letters for a person to review, and the execution can
 * expire. Otherwise an endpoint that never recovers would keep its backlog for ever.
 */
export function retryTimeMs(limits: Pick<DeliveryLimits, "retrySchedule">, subscription: Subscription): number {
  const schedule = subscription.retrySchedule ?? limits.retrySchedule;
  return schedule.reduce((sum, delay) => sum + delay, 0);
}

/** Dead-letters open deliveries without another attempt. */
export async function deadLetter(
  context: FeedContext,
  address: FeedAddress,
  endpoint: string,
  records: readonly DeliveryRecord[],
): Promise<void> {
  const reason = givenUpBecause(await readBreaker(context.store, endpoint));
  const settlements = records.map((record): Settlement => {
    const { nextAt: _, ...rest } = record;
    // A delivery that was attempted keeps the outcome of its last attempt.
    return { record: { ...rest, outcome: record.outcome ?? "gave_up", reason }, outcome: "dead" };
  });
  await settle(context, address, endpoint, settlements);
  context.metrics.deliveriesDead.inc(records.length);
  context.log.warn({ ...address, deliveries: records.length }, "feed.dead_lettered");
}

/** The same sentence for all deliveries of one outage, so that they can be listed as one group. */
function givenUpBecause({ openedAt, reason }: BreakerView): string {
  const since = openedAt === undefined ? "" : ` since ${new Date(openedAt).toISOString().slice(0, 19)}Z`;
  const last = reason === undefined ? "" : `, last failure: ${reason}`;
  return `gave up: the endpoint has been failing${since}${last}`;
}

/**
 * Dead-letters the events of a feed's stream that are not sealed yet.
 * @param stream its reader, and the cursor `from` which on they are
 * @returns the new cursor; undefined if another job has moved it
 */
export async function deadLetterStream(
  context: FeedContext,
  { address, endpoint }: OpenedFeed,
  state: FeedState,
  stream: { reader: FeedReader; from: number },
): Promise<number | undefined> {
  const { reader } = stream;
  for (let { from } = stream; ;) {
    const cuts: Cut[] = [];
    while (cuts.length < pageLength) {
      await reader.fill();
      const cut = reader.cut();
      if (cut === undefined) break;
      cuts.push(cut);
    }
    const last = cuts.at(-1);
    const seal: Seal | undefined =
      last === undefined
        ? completionSeal(state, reader, from)
        : { from, to: last.cursor, deliveries: cuts.map(recordOf), kind: reader.waiting === 0 ? "last" : "more" };
    if (seal === undefined) return from;
    const written = await writeTurn(context, address, { settlements: [], seal });
    if (written.sealed !== "sealed") return undefined;
    from = seal.to;
    if (written.complete !== undefined) state.completionDue = false;
    await deadLetter(context, address, endpoint, sealedRecords(seal.deliveries, written));
  }
}

import { compileSelector, type Delivery, type DeliveryAddress, type DeliveryDetail } from "@crewstream/contracts";
import { readAttempts, readEvents, readFeedHead, type FeedHead, type Store } from "@crewstream/redis";
import { attemptView, deliveredView, openDeliveryView } from "../views/delivery.ts";
import { shownUrl } from "../views/endpoint-url.ts";
import { withRuns } from "./delivery-runs.ts";
import { breakerOf } from "./feed-breaker.ts";
import { standingRecord } from "./standing-record.ts";

/** Attempts of an execution that are searched for those of one delivery: all in its log. */
export const searchedAttempts = 1200;
const shownAttempts = 50;
const shownEvents = 200;

/**
 * One delivery with its attempts and its first events; undefined if nothing of it is left: it has expired, or was
 * acknowledged so long ago that it is no longer in the log.
 */
export async function deliveryDetail(
  store: Store,
  address: DeliveryAddress,
  id: string,
): Promise<DeliveryDetail | undefined> {
  const feed = await readFeedHead(store, address.executionId, address.feed);
  if (feed === undefined) return undefined;
  const standing = await standingRecord(store, address);
  const log = await readAttempts(store, address.executionId, { limit: searchedAttempts });
  const attempts = log.map(({ attempt }) => attempt).filter((attempt) => attempt.id === id);
  const acknowledged = attempts.find((attempt) => attempt.settled === "delivered");
  const found =
    standing === undefined
      ? acknowledged && deliveredView(acknowledged)
      : openDeliveryView(feed, address, standing.state, standing.record, await breakerOf(store, feed));
  const [delivery] = found === undefined ? [] : await withRuns(store, [found]);
  if (delivery === undefined) return undefined;
  const { subscription } = feed;
  return {
    ...delivery,
    url: shownUrl(subscription.url),
    form: subscription.form,
    realtime: subscription.mode === "realtime",
    ordering: subscription.ordering,
    replay_of: subscription.replayOf ?? null,
    selects: subscription.events,
    attempt_log: attempts.slice(0, shownAttempts).map(attemptView),
    event_list: await firstEvents(store, address, feed, delivery),
  };
}

/** The events of a delivery: those that its subscription selects, starting with its first. */
async function firstEvents(
  store: Store,
  { executionId, first }: DeliveryAddress,
  { subscription }: FeedHead,
  { events: count, last }: Delivery,
): Promise<DeliveryDetail["event_list"]> {
  const select = compileSelector(subscription.events);
  const range = last === null ? { from: first } : { from: first, to: last };
  const events = await readEvents(store, executionId, { ...range, limit: shownEvents });
  return events
    .flatMap(({ seq, id, type }) => {
      const name = select(type);
      return name === undefined ? [] : [{ seq, id, type: name }];
    })
    .slice(0, count);
}

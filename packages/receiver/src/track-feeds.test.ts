import { expect, test } from "vitest";
import { memoryFeedStore } from "./feed-store.ts";
import type { ReceivedEvent } from "./parse.ts";
import { trackFeeds } from "./track-feeds.ts";

const feed = "dlv_019aaf3e7c1d7b529d0e4a6c8e2f1b37_0";

function event(emission_sequence: number, coalesced?: number): ReceivedEvent {
  return {
    known: false,
    id: `e${emission_sequence}`,
    execution_id: "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37",
    timestamp: "2026-11-23T14:08:45.166Z",
    type: "llm_stream_chunk",
    data: { emission_sequence, ...(coalesced === undefined ? {} : { coalesced: { events: coalesced } }) },
  };
}

function delivery(first: number, events: ReceivedEvent[], totals?: [deliveries: number, events: number]) {
  const [deliveries = 0, count = 0] = totals ?? [];
  const feedTotals = totals === undefined ? undefined : { deliveries, events: count };
  return { id: `${feed}_${first}`, feedId: feed, events, feedTotals };
}

test("a feed is complete when all deliveries have arrived, in any order and however often", async () => {
  const track = trackFeeds();
  expect(await track(delivery(1, [event(1), event(2)]))).toEqual({
    received: { deliveries: 1, events: 2 },
    expected: undefined,
    complete: false,
  });
  const last = delivery(9, [event(9)], [3, 5]);
  expect(await track(last)).toMatchObject({ received: { deliveries: 2, events: 3 }, complete: false });
  expect(await track(last)).toMatchObject({ received: { deliveries: 2, events: 3 }, complete: false });
  expect(await track(delivery(1, [event(1), event(2)]))).toMatchObject({ complete: false });
  expect(await track(delivery(4, [event(4), event(6)]))).toEqual({
    received: { deliveries: 3, events: 5 },
    expected: { deliveries: 3, events: 5 },
    complete: true,
  });
  expect(await track(last)).toMatchObject({ complete: true });
});

test("a merged event counts as many as it was merged from", async () => {
  const track = trackFeeds();
  expect(await track(delivery(1, [event(1, 4), event(5)], [1, 5]))).toMatchObject({ complete: true });
});

test("an empty delivery counts, and alone it says that nothing was selected", async () => {
  const track = trackFeeds();
  expect(await track(delivery(8, [], [1, 0]))).toMatchObject({
    received: { deliveries: 1, events: 0 },
    complete: true,
  });
});

test("feeds do not mix, and the least recently used are forgotten", async () => {
  const track = trackFeeds({ store: memoryFeedStore({ maxFeeds: 2 }) });
  const of = (feedId: string, first: number, totals?: [number, number]) => ({
    ...delivery(first, [event(first)], totals),
    feedId,
    id: `${feedId}_${first}`,
  });
  await track(of("a", 1));
  await track(of("b", 1));
  expect(await track(of("a", 2, [2, 2]))).toMatchObject({ complete: true });
  await track(of("c", 1));
  expect(await track(of("a", 2, [2, 2]))).toMatchObject({ complete: true });
  expect(await track(of("b", 2, [2, 2]))).toMatchObject({ received: { deliveries: 1, events: 1 }, complete: false });
});

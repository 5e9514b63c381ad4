import { expediteEndpoint } from "@crewstream/delivery";
import { setEndpointPaused, readDeadLetters, reviveDelivery, type FeedAddress } from "@crewstream/redis";
import { describe, expect, test } from "vitest";
import { deliveryStates, hourMs } from "../support/delivery-states.ts";
import { eventually } from "../support/eventually.ts";

/** The transitions of an endpoint as docs/architecture.md lists them, and what they mean for feeds and deliveries. */
const states = deliveryStates({ WEBHOOK_RETRY_SCHEDULE: "1h,1h" });
const { drained, endpoint, jobs, open, stored } = states;

type To = Awaited<ReturnType<typeof endpoint>>;

/** No job sleeps longer for an endpoint. */
const maxJobDelayMs = 30_000;
const consecutiveFailures = 5;

/** Feeds of one delivery each that failed, so that the endpoint's breaker opened. */
async function opened(to: To, retrySchedule: number[] = [hourMs, hourMs]): Promise<FeedAddress[]> {
  to.sink.script("/hook", 500);
  const feeds = await Promise.all(Array.from({ length: consecutiveFailures }, () => to.feed(1, { retrySchedule })));
  for (const feed of feeds) await drained(feed);
  expect((await to.breaker()).state).toBe("open");
  return feeds;
}

/** As if the breaker's pause were over. */
async function pauseIsOver(to: To): Promise<void> {
  await states.delivery.store.redis.hset(states.delivery.store.keys.breaker(to.id), { next_probe_at: Date.now() - 1 });
}

/** A pass that the endpoint lets through; a process's own view of it may be a second old. */
async function admitted(to: To, feed: FeedAddress): Promise<void> {
  const before = to.sink.requests("/hook").length;
  await eventually(async () => {
    await states.delivery.drain(feed);
    expect(to.sink.requests("/hook").length).toBeGreaterThan(before);
  });
}

describe("open", () => {
  test("after failures in a row: no request, no seal and no attempt, and jobs come back soon", async () => {
    await using to = await endpoint();
    const [failed] = await opened(to);
    const feed = await to.feed(4);
    const result = await states.delivery.drain(feed);
    expect(result.kind === "later" && result.delayMs > 0 && result.delayMs <= maxJobDelayMs).toBe(true);
    expect(await stored(feed)).toMatchObject({ cursor: "0", woken: "1" });
    expect(await open(feed)).toEqual([]);

    await states.delivery.store.redis.hset(
      states.delivery.store.keys.execution(failed!.executionId).feed(0).open,
      "1",
      `p${JSON.stringify({ first: 1, last: 1, events: 1, sealedAt: 1, attempts: 1, nextAt: 1 })}`,
    );
    const retry = await states.delivery.retry({ ...failed!, first: 1 });
    expect(retry.kind === "later" && retry.delayMs > 0 && retry.delayMs <= maxJobDelayMs).toBe(true);
    expect(await open(failed!)).toEqual(["parked 1 (1)"]);
    expect(to.sink.requests("/hook")).toHaveLength(consecutiveFailures);
  });

  test("→ half-open → closed: one probe, then everything; what failed is retried now", async () => {
    await using to = await endpoint();
    const failed = await opened(to);
    const feed = await to.feed(6);
    await states.delivery.drain(feed);
    to.sink.script("/hook", 200);
    await pauseIsOver(to);
    await admitted(to, feed);
    expect(await to.breaker()).toMatchObject({ state: "closed" });
    await drained(feed);
    expect(to.ranges().slice(consecutiveFailures)).toEqual(["1-2", "3-4", "5-6"]);
    await eventually(async () => {
      for (const each of failed) {
        const [retry] = await jobs("retries", each);
        expect(retry?.delayMs).toBeLessThan(maxJobDelayMs);
      }
    });
  });

  test("→ half-open → open: the failed probe is an attempt of its delivery, and nothing else is sent", async () => {
    await using to = await endpoint();
    await opened(to);
    const feed = await to.feed(6);
    await pauseIsOver(to);
    await admitted(to, feed);
    expect(await to.breaker()).toMatchObject({ state: "open" });
    expect(await open(feed)).toEqual(["parked 1 (1)"]);
    expect(to.ranges().slice(consecutiveFailures)).toEqual(["1-2"]);
  });

  /** As if the endpoint had been failing for an hour, and would not be asked for another. */
  const failingForAnHour = (to: To) =>
    states.delivery.store.redis.hset(states.delivery.store.keys.breaker(to.id), {
      opened_at: Date.now() - hourMs,
      next_probe_at: Date.now() + hourMs,
    });
  const letters = async (feed: FeedAddress) =>
    (await readDeadLetters(states.delivery.store, feed)).map(({ first, attempts }) => [first, attempts]);

  test("for longer than a retry schedule: the backlog of an ended run becomes dead letters, that of a running one stays", async () => {
    await using to = await endpoint();
    await opened(to);
    const feed = await to.feed(6, { retrySchedule: [200] });
    const running = await to.feed(2, { retrySchedule: [200] }, "RUNNING");
    await failingForAnHour(to);
    const pass = await eventually(async () => {
      const result = await states.delivery.drain(feed);
      expect(await letters(feed)).toEqual([
        [1, 0],
        [3, 0],
        [5, 0],
      ]);
      return result;
    });
    expect(pass).toEqual({ kind: "done" });
    expect((await stored(feed)).state).toBe("done");
    expect(await states.delivery.drain(running)).toMatchObject({ kind: "later" });
    expect(await letters(running)).toEqual([]);
    expect(to.sink.requests("/hook")).toHaveLength(consecutiveFailures);
  });

  test("for longer than a retry schedule: a parked delivery becomes a dead letter, unless a person has just retried it", async () => {
    await using to = await endpoint();
    const [feed] = await opened(to, [60_000]);
    const one = { ...feed!, first: 1 };
    await failingForAnHour(to);
    await reviveDelivery(states.delivery.store, one, 1, Date.now() - 2 * hourMs);
    await eventually(async () => {
      await states.delivery.retry(one);
      expect(await letters(one)).toEqual([[1, 1]]);
    });
    expect((await stored(one)).state).toBe("done");

    await reviveDelivery(states.delivery.store, one, 1, Date.now());
    expect(await states.delivery.retry(one)).toMatchObject({ kind: "later" });
    expect(await open(one)).toEqual(["parked 1 (1)"]);
    expect(to.sink.requests("/hook")).toHaveLength(consecutiveFailures);
  });
});

describe("throttled", () => {
  test("a feed sends nothing until the time is over, and its seals are sent then", async () => {
    await using to = await endpoint();
    const feed = await to.feed(4, { ordering: "strict", retrySchedule: [1] });
    to.sink.script("/hook", [{ status: 503, headers: { "retry-after": "1" } }]);
    await states.delivery.drain(feed);
    expect(await to.breaker()).toMatchObject({ pauseUntil: expect.any(Number) as number });
    const other = await to.feed(2);
    await eventually(async () => expect(await states.delivery.drain(other)).toMatchObject({ kind: "later" }));
    expect(to.ranges()).toEqual(["1-2"]);
    await eventually(async () => {
      for (const each of [feed, other]) await states.delivery.drain(each);
      expect(to.sink.events("/hook")).toHaveLength(6);
    });
  });
});

describe("paused by a person", () => {
  test("nothing is sent, and what fails is given up by nobody; resumed, what waits is woken", async () => {
    await using to = await endpoint();
    await setEndpointPaused(states.delivery.store, to.id, true);
    const feed = await to.feed(4, { retrySchedule: [1] });
    const result = await states.delivery.drain(feed);
    expect(result.kind === "later" && result.delayMs <= maxJobDelayMs).toBe(true);
    expect(to.ranges()).toEqual([]);
    expect(await open(feed)).toEqual([]);

    await setEndpointPaused(states.delivery.store, to.id, false);
    await expediteEndpoint(states.delivery.context, to.id);
    expect((await jobs("feeds", feed)).every(({ delayMs }) => delayMs <= 1000)).toBe(true);
    expect(await jobs("feeds", feed)).toHaveLength(1);
    await eventually(async () => {
      await states.delivery.drain(feed);
      expect(to.ranges()).toEqual(["1-2", "3-4"]);
    });
  });
});

import { deliveryId } from "@crewstream/contracts";
import { discard, drainFeed, retryNow } from "@crewstream/delivery";
import { readDeadLetters } from "@crewstream/redis";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { heldLease, sealOnly, startDelivery } from "../support/delivery-in-process.ts";
import {
  deliveryStates,
  fragileLease,
  hourMs,
  identity,
  maxBatchWaitMs,
  withQueues,
} from "../support/delivery-states.ts";
import { eventually } from "../support/eventually.ts";
import { events, publish } from "../support/executions.ts";

/** The transitions of a feed as docs/architecture.md lists them, made by passes in the test's own process. */
const states = deliveryStates({ WEBHOOK_MAX_PARKED: "2", WEBHOOK_REALTIME_WINDOW: "4" });
const { drained, endpoint, jobs, open, retried, stored } = states;

/** Appends events, and says which feeds that wakes. */
const append = (id: Parameters<typeof publish>[1], from: number, count: number, state?: "SUCCESS") =>
  publish(states.delivery.store, id, {
    events: events(id, { from, count }),
    ...(state === undefined ? {} : { state }),
  });

afterEach(() => void vi.useRealTimers());

describe("awake and asleep", () => {
  test("a feed that has delivered everything of a running execution sleeps, and the next append wakes it once", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2, {}, "RUNNING");
    expect(await states.delivery.drain(feed)).toEqual({ kind: "done" });
    expect(await stored(feed)).toMatchObject({ state: "open", woken: "0" });
    expect(await append(feed.executionId, 3, 1)).toEqual([0]);
    expect(await append(feed.executionId, 4, 1)).toEqual([]);
    expect(await stored(feed)).toMatchObject({ woken: "1" });
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4"]);
  });

  test.each([
    ["in batches", {}, ["1-2", "3-4"]],
    ["in real time", { mode: "realtime", ordering: "strict" }, ["1-1", "2-2", "3-3", "4-4"]],
  ] as const)(
    "events that arrive with the last response are delivered by the same pass, %s",
    async (_how, settings, ranges) => {
      await using to = await endpoint();
      const feed = await to.feed(2, settings, "RUNNING");
      const last = ranges.length / 2 - 1;
      to.sink.script("/hook", ({ nth }) => ({
        status: 200,
        after: nth === last ? append(feed.executionId, 3, 2, "SUCCESS") : Promise.resolve(),
      }));
      expect(await states.delivery.drain(feed)).toEqual({ kind: "done" });
      expect(to.ranges()).toEqual(ranges);
      expect(await stored(feed)).toMatchObject({ state: "done", woken: "0" });
    },
  );

  test("a feed that always has more returns its worker slot in between", async () => {
    await using to = await endpoint();
    const feed = await to.feed(8);
    vi.useFakeTimers({ toFake: ["Date"] });
    to.sink.script("/hook", () => {
      vi.setSystemTime(Date.now() + 3000);
      return 200;
    });
    expect(await states.delivery.drain(feed)).toEqual({ kind: "later", delayMs: 0 });
    expect(to.ranges()).toEqual(["1-2"]);
    expect(await stored(feed)).toMatchObject({ woken: "1", delivered: "1" });
  });

  test("of two passes at once each event is in one delivery", async () => {
    await using to = await endpoint();
    const feed = await to.feed(12);
    await Promise.all([1, 2, 3].map(() => states.delivery.drain(feed)));
    await drained(feed);
    expect(new Set(to.sink.requests("/hook").map(identity)).size).toBe(6);
    expect(new Set(to.ranges())).toEqual(new Set(["1-2", "3-4", "5-6", "7-8", "9-10", "11-12"]));
  });

  test("a pass whose feed another one has changed meanwhile sends nothing that it did not seal", async () => {
    await using to = await endpoint();
    await using other = await startDelivery({
      KEY_PREFIX: states.delivery.store.keys.prefix,
      WEBHOOK_BATCH_MAX_EVENTS: "3",
    });
    const feed = await to.feed(8);
    const answer = Promise.withResolvers<void>();
    to.sink.script("/hook", ({ nth }) => (nth === 0 ? { status: 200, after: answer.promise } : 200));
    const pass = states.delivery.drain(feed);
    await to.sink.received(1, "/hook");
    expect(await other.drain(feed)).toEqual({ kind: "done" });
    answer.resolve();
    expect(await pass).toEqual({ kind: "later", delayMs: 100 });
    expect(to.ranges()).toEqual(["1-2", "1-2", "3-5", "6-8"]);
  });
});

describe("a batch that may grow", () => {
  test("ends the pass with a job for when its first event is old, and nothing is sealed", async () => {
    await using to = await endpoint();
    const feed = await to.feed(1, {}, "RUNNING");
    expect(await states.delivery.drain(feed)).toEqual({ kind: "done" });
    const [job] = await jobs("feeds", feed);
    expect(job?.delayMs).toBeGreaterThan(maxBatchWaitMs - 60_000);
    expect(await stored(feed)).toMatchObject({ cursor: "0", woken: "1" });
    expect(to.ranges()).toEqual([]);

    await using later = await startDelivery({
      KEY_PREFIX: states.delivery.store.keys.prefix,
      WEBHOOK_BATCH_MAX_WAIT_MS: "1",
    });
    await eventually(async () => {
      await later.drain(feed);
      expect(to.ranges()).toEqual(["1-1"]);
    });
  });

  test.each([
    ["full", 2, undefined, ["1-2"]],
    ["complete, as its run has ended", 1, "SUCCESS", ["1-1"]],
  ] as const)("is sent at once when it is %s", async (_how, count, state, ranges) => {
    await using to = await endpoint();
    await drained(await to.feed(count, {}, state ?? "RUNNING"));
    expect(to.ranges()).toEqual(ranges);
  });

  test.each([
    ["becomes full", undefined],
    ["is complete", "SUCCESS"],
  ] as const)("is sent by the same pass when it %s just as its job is added", async (_how, state) => {
    await using to = await endpoint();
    const feed = await to.feed(1, {}, "RUNNING");
    const { context } = states.delivery;
    const busy = withQueues(context, {
      wakeFeed: async (job, options) => {
        await append(feed.executionId, 2, state === undefined ? 1 : 0, state);
        await context.queues.wakeFeed(job, options);
      },
    });
    await drainFeed(busy, feed, heldLease);
    expect(to.ranges()).toEqual([state === undefined ? "1-2" : "1-1"]);
  });
});

describe("a worker that waits at its feed", () => {
  // A process gives slots once it has subscribed to its channel.
  beforeAll(() =>
    eventually(() => {
      using slot = states.delivery.context.feedWaiters.acquire({ executionId: "" as never, feed: 0 }, 0);
      if (slot === undefined) throw new Error("no slot");
    }),
  );

  test("sends the next event without a job; the feed sleeps when none comes", async () => {
    await using to = await endpoint();
    const feed = await to.feed(1, { mode: "realtime" }, "RUNNING");
    const pass = states.delivery.drain(feed);
    await eventually(async () => expect((await stored(feed)).linger).toBeDefined());
    expect(await stored(feed)).toMatchObject({ woken: "1" });
    expect(await append(feed.executionId, 2, 1)).toEqual([]);
    expect(await pass).toEqual({ kind: "done" });
    expect(to.ranges()).toEqual(["1-1", "2-2"]);
    const after = await stored(feed);
    expect([after.woken, after.linger]).toEqual(["0", undefined]);
    expect(await jobs("feeds", feed)).toEqual([]);
  });
});

describe("blocked at the limit of parked deliveries", () => {
  test("a feed sends no more, appends do not wake it, and a settled delivery does", async () => {
    await using to = await endpoint();
    const feed = await to.feed(8, { retrySchedule: [1, hourMs] }, "RUNNING");
    to.sink.script("/hook", [500, 500, 500]);
    expect(await states.delivery.drain(feed)).toEqual({ kind: "done" });
    // The third is sealed in the same script that parks the second.
    expect(to.ranges()).toEqual(["1-2", "3-4", "5-6"]);
    expect(await stored(feed)).toMatchObject({ blocked: "1", parked: "3", woken: "1" });
    expect(await append(feed.executionId, 9, 2, "SUCCESS")).toEqual([]);
    await retried({ ...feed, first: 1 });
    expect(await stored(feed)).toMatchObject({ blocked: "1", parked: "2" });
    expect(await jobs("feeds", feed)).toEqual([]);

    await retried({ ...feed, first: 3 });
    expect(await stored(feed)).toMatchObject({ blocked: "0", parked: "1" });
    expect(await jobs("feeds", feed)).toMatchObject([{ delayMs: 0 }]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4", "5-6", "1-2", "3-4", "7-8", "9-10"]);
  });

  test("a discarded delivery wakes it, too", async () => {
    await using to = await endpoint();
    const feed = await to.feed(8, {}, "SUCCESS");
    to.sink.script("/hook", [500, 500, 500]);
    await drained(feed);
    for (const first of [1, 3]) await discard(states.delivery.context, deliveryId({ ...feed, first }));
    expect(await jobs("feeds", feed)).toMatchObject([{ delayMs: 0 }]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4", "5-6", "7-8"]);
  });
});

describe("closed and done", () => {
  test("410 closes a feed: what was open is a dead letter, and nothing wakes it again", async () => {
    await using to = await endpoint();
    const feed = await to.feed(6, {}, "RUNNING");
    to.sink.script("/hook", [500, 410]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4"]);
    expect(await stored(feed)).toMatchObject({ state: "closed", dead: "2", parked: "0" });
    expect((await readDeadLetters(states.delivery.store, feed)).map(({ first }) => first)).toEqual([1, 3]);
    expect(await append(feed.executionId, 7, 2)).toEqual([]);
    expect(await states.delivery.drain(feed)).toEqual({ kind: "done" });
    expect(await stored(feed)).toMatchObject({ state: "closed" });

    await append(feed.executionId, 9, 1, "SUCCESS");
    await drained(feed);
    expect(await stored(feed)).toMatchObject({ state: "done" });
    expect(to.ranges()).toHaveLength(2);
  });

  test("410 to a retry closes its feed, too", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2, { retrySchedule: [1, hourMs] }, "RUNNING");
    to.sink.script("/hook", [500, 410]);
    await drained(feed);
    await retried({ ...feed, first: 1 });
    expect(await stored(feed)).toMatchObject({ state: "closed", dead: "1", parked: "0" });
  });

  test("a feed is done when its run has ended and all of it is settled; its execution then expires", async () => {
    await using to = await endpoint();
    const feed = await to.feed(4, { retrySchedule: [1, hourMs] }, "RUNNING");
    to.sink.script("/hook", [500]);
    await drained(feed);
    const { exec } = states.delivery.store.keys.execution(feed.executionId);
    const lifetime = () => states.delivery.store.redis.pttl(exec);
    await append(feed.executionId, 5, 1, "SUCCESS");
    await drained(feed);
    expect([(await stored(feed)).state, await lifetime()]).toEqual(["open", -1]);
    await retried({ ...feed, first: 1 });
    expect((await stored(feed)).state).toBe("done");
    expect(await lifetime()).toBeGreaterThan(0);
  });

  test("a dead letter that is retried opens its feed again, until it is settled", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2, { retrySchedule: [] });
    to.sink.script("/hook", [500]);
    await drained(feed);
    expect(await stored(feed)).toMatchObject({ state: "done", dead: "1" });
    const address = { ...feed, first: 1 };
    expect(await retryNow(states.delivery.context, deliveryId(address), Date.now())).toBe("done");
    expect(await stored(feed)).toMatchObject({ state: "open", dead: "0", parked: "1" });
    await retried(address);
    expect(await stored(feed)).toMatchObject({ state: "done", dead: "0", parked: "0", delivered: "1" });
  });
});

describe("a pass that does not come to its end", () => {
  test.each(["lose", "shutDown"] as const)("sends and seals nothing after %s", async (what) => {
    await using to = await endpoint();
    const feed = await to.feed(4);
    const own = fragileLease();
    own[what]();
    expect(await states.delivery.drain(feed, own.lease)).toEqual({ kind: "later", delayMs: 0 });
    expect(to.ranges()).toEqual([]);
    expect(await stored(feed)).toMatchObject({ cursor: "0", woken: "1" });
  });

  test("leaves what it sealed to the worker that has the job by then", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2);
    await sealOnly(states.delivery, feed);
    expect(to.ranges()).toEqual([]);
    expect(await open(feed)).toEqual(["sealed 1 (0)"]);
    expect(states.delivery.context.gate.inFlight().get(to.id)).toBeUndefined();
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2"]);
  });

  test("cut off by the shutdown, it counts no attempt, and the delivery is sent again as it was", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2);
    const own = fragileLease();
    to.sink.script("/hook", ({ nth }) => {
      if (nth > 0) return 200;
      own.shutDown();
      return "hang";
    });
    expect(await states.delivery.drain(feed, own.lease)).toEqual({ kind: "later", delayMs: 0 });
    expect(await open(feed)).toEqual(["sealed 1 (0)"]);
    await drained(feed);
    const [first, second] = to.sink.requests("/hook");
    expect(identity(second!)).toBe(identity(first!));
    expect(second?.headers["webhook-attempt"]).toBe("1");
  });

  test("records finished attempts before it fails", async () => {
    await using to = await endpoint();
    const feed = await to.feed(3, { mode: "realtime" });
    to.sink.script("/hook", ({ events: [event] }) => (event?.data["emission_sequence"] === 2 ? 500 : 200));
    const failing = withQueues(states.delivery.context, {
      scheduleRetry: () => Promise.reject(new Error("no queue")),
    });
    await expect(drainFeed(failing, feed, heldLease)).rejects.toThrow("no queue");
    expect(await stored(feed)).toMatchObject({ delivered: "2", parked: "1" });
    expect(await open(feed)).toEqual(["parked 2 (1)"]);
    expect(states.delivery.context.gate.inFlight().get(to.id)).toBeUndefined();
  });
});

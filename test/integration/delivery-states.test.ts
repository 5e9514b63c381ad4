import { deliveryId } from "@crewstream/contracts";
import { discard, drainFeed, retryNow } from "@crewstream/delivery";
import { readAttempts, readDeadLetters } from "@crewstream/redis";
import { describe, expect, test } from "vitest";
import { heldLease, sealOnly } from "../support/delivery-in-process.ts";
import {
  deliveryStates,
  fragileLease,
  hourMs,
  identity,
  leaseHeldOnce,
  withQueues,
} from "../support/delivery-states.ts";

/** The transitions of a delivery as docs/architecture.md lists them, made by passes in the test's own process. */
const states = deliveryStates();
const { drained, endpoint, jobs, open, retried, stored } = states;

type Address = { executionId: Parameters<typeof deliveryId>[0]["executionId"]; feed: number };

const settledAs = async ({ executionId }: Address): Promise<string[]> =>
  (await readAttempts(states.delivery.store, executionId, { limit: 100 })).map(({ attempt }) => attempt.settled);
const dead = async (feed: Address): Promise<number[]> =>
  (await readDeadLetters(states.delivery.store, feed)).map(({ first }) => first);
const retryByHand = (feed: Address, first: number) =>
  retryNow(states.delivery.context, deliveryId({ ...feed, first }), Date.now());
const discardByHand = (feed: Address, first: number) =>
  discard(states.delivery.context, deliveryId({ ...feed, first }));

/** A window of a minute around an expected time. */
const about = (ms: number): unknown => expect.toSatisfy((actual: number) => Math.abs(actual - ms) < 0.25 * ms + 60_000);

describe("sealed", () => {
  test("→ delivered: its record goes, and the attempt is logged", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2);
    await drained(feed);
    expect(await open(feed)).toEqual([]);
    expect(await dead(feed)).toEqual([]);
    expect(await settledAs(feed)).toEqual(["delivered"]);
  });

  test("→ parked: one job in the retries queue, and the feed continues", async () => {
    await using to = await endpoint();
    const feed = await to.feed(4);
    to.sink.script("/hook", [500]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4"]);
    expect(await open(feed)).toEqual(["parked 1 (1)"]);
    expect(await jobs("retries", feed)).toMatchObject([{ first: 1, delayMs: about(hourMs) }]);
  });

  test("→ held: the feed waits, with one job for the time of the next attempt", async () => {
    await using to = await endpoint();
    const feed = await to.feed(4, { ordering: "strict" });
    to.sink.script("/hook", [500]);
    for (const _pass of ["the failing one", "one that comes too early"]) {
      expect(await states.delivery.drain(feed)).toEqual({ kind: "done" });
      const [job] = await jobs("feeds", feed);
      expect(job?.delayMs).toEqual(about(hourMs));
      await states.delivery.removeJobs();
    }
    expect(to.ranges()).toEqual(["1-2"]);
    expect(await open(feed)).toEqual(["held 1 (1)"]);
    expect(await jobs("retries", feed)).toEqual([]);
    expect(await settledAs(feed)).toEqual(["held"]);
  });

  test("→ held, and retried by a person just as the job for its next attempt is added: the pass comes again", async () => {
    await using to = await endpoint();
    const feed = await to.feed(4, { ordering: "strict" });
    to.sink.script("/hook", [500]);
    const { context } = states.delivery;
    const busy = withQueues(context, { wakeFeed: async () => void (await retryByHand(feed, 1)) });
    expect(await drainFeed(busy, feed, heldLease)).toEqual({ kind: "later", delayMs: 0 });
  });

  test.each([
    ["its schedule is used up", 500, []],
    ["its receiver refuses it for good", { status: 500, headers: { "webhook-delivery": "abort-message" } }, [hourMs]],
  ])("→ dead letter: %s", async (_why, reply, retrySchedule) => {
    await using to = await endpoint();
    const feed = await to.feed(4, { retrySchedule });
    to.sink.script("/hook", [reply]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4"]);
    expect([await open(feed), await dead(feed)]).toEqual([[], [1]]);
    expect(await jobs("retries", feed)).toEqual([]);
  });

  test("by a worker that died before it sent it: sent as it was, before what comes after it", async () => {
    await using to = await endpoint();
    const feed = await to.feed(4, { ordering: "strict" });
    await sealOnly(states.delivery, feed);
    expect(await open(feed)).toEqual(["sealed 1 (0)"]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4"]);
  });

  test("in its first attempt: neither retried nor discarded", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2);
    const answer = Promise.withResolvers<void>();
    to.sink.script("/hook", { status: 200, after: answer.promise });
    const pass = states.delivery.drain(feed);
    await to.sink.received(1, "/hook");
    expect([await retryByHand(feed, 1), await discardByHand(feed, 1)]).toEqual(["in_flight", "in_flight"]);
    answer.resolve();
    await pass;
    expect([await retryByHand(feed, 1), await discardByHand(feed, 1)]).toEqual(["not_found", "not_found"]);
  });
});

describe("parked", () => {
  /** A delivery of one event that failed once. */
  async function parked(to: Awaited<ReturnType<typeof endpoint>>, replies: readonly number[], retrySchedule: number[]) {
    const feed = await to.feed(1, { retrySchedule });
    to.sink.script("/hook", replies);
    await drained(feed);
    expect(await open(feed)).toEqual(["parked 1 (1)"]);
    return { ...feed, first: 1 };
  }

  test("→ delivered, with the same id and bytes", async () => {
    await using to = await endpoint();
    const one = await parked(to, [500], [1]);
    await retried(one);
    expect([await open(one), await settledAs(one)]).toEqual([[], ["delivered", "parked"]]);
    expect(new Set(to.sink.requests("/hook").map(identity)).size).toBe(1);
    expect(to.sink.requests("/hook").map(({ headers }) => headers["webhook-attempt"])).toEqual(["1", "2"]);
  });

  test("→ parked again: its job waits as the schedule says", async () => {
    await using to = await endpoint();
    const one = await parked(to, [500, 500], [1, hourMs]);
    let result = await states.delivery.retry(one);
    while (to.sink.requests("/hook").length < 2) result = await states.delivery.retry(one);
    expect(result).toEqual({ kind: "later", delayMs: about(hourMs) });
    expect(await open(one)).toEqual(["parked 1 (2)"]);
    // A job that comes early goes back for the rest.
    expect(await states.delivery.retry(one)).toEqual({ kind: "later", delayMs: about(hourMs) });
    expect(to.sink.requests("/hook")).toHaveLength(2);
  });

  test("→ dead letter when the schedule is used up", async () => {
    await using to = await endpoint();
    const one = await parked(to, [500, 500], [1]);
    await retried(one);
    expect([await open(one), await dead(one)]).toEqual([[], [1]]);
    expect((await stored(one)).state).toBe("done");
  });

  test("→ parked, due now, by a person: the schedule begins again", async () => {
    await using to = await endpoint();
    const one = await parked(to, [500, 500], [hourMs]);
    expect(await retryByHand(one, 1)).toBe("done");
    expect(await jobs("retries", one)).toMatchObject([{ first: 1, delayMs: 0 }]);
    expect(await states.delivery.retry(one)).toMatchObject({ kind: "later", delayMs: about(hourMs) });
    expect(await open(one)).toEqual(["parked 1 (2)"]);
  });

  test("→ discarded by a person: its job finds nothing to do", async () => {
    await using to = await endpoint();
    const one = await parked(to, [500], [1]);
    expect(await discardByHand(one, 1)).toBe("done");
    expect(await states.delivery.retry(one)).toEqual({ kind: "done" });
    expect(await stored(one)).toMatchObject({ discarded: "1", parked: "0" });
    expect(to.sink.requests("/hook")).toHaveLength(1);
  });

  test("cut off by a shutdown, or without its job's lock, it stays as it is", async () => {
    await using to = await endpoint();
    const one = await parked(to, [500], [1]);
    const lost = fragileLease();
    lost.lose();
    expect(await states.delivery.retry(one, lost.lease)).toMatchObject({ kind: "later" });
    const once = leaseHeldOnce();
    while (once.asked() < 2) expect(await states.delivery.retry(one, once.lease)).toMatchObject({ kind: "later" });
    expect(states.delivery.context.gate.inFlight().get(to.id)).toBeUndefined();
    expect(to.sink.requests("/hook")).toHaveLength(1);

    const stopped = fragileLease();
    to.sink.script("/hook", () => {
      stopped.shutDown();
      return "hang";
    });
    expect(await states.delivery.retry(one, stopped.lease)).toEqual({ kind: "later", delayMs: 0 });
    expect(await open(one)).toEqual(["parked 1 (1)"]);
  });
});

describe("held", () => {
  /** A strict feed of two deliveries, whose head failed once and is due. */
  async function held(to: Awaited<ReturnType<typeof endpoint>>, replies: readonly number[], retrySchedule: number[]) {
    const feed = await to.feed(4, { ordering: "strict", retrySchedule });
    to.sink.script("/hook", replies);
    await states.delivery.drain(feed);
    expect(await settledAs(feed)).toEqual(["held"]);
    return feed;
  }
  /** Passes until one has sent something, or everything is sent. */
  async function passes(to: Awaited<ReturnType<typeof endpoint>>, feed: Address, requests: number): Promise<void> {
    while (to.sink.requests("/hook").length < requests) await states.delivery.drain(feed);
  }

  test("→ delivered: the feed continues in order", async () => {
    await using to = await endpoint();
    const feed = await held(to, [500], [1]);
    await passes(to, feed, 3);
    expect(to.ranges()).toEqual(["1-2", "1-2", "3-4"]);
    const [first, second] = to.sink.requests("/hook");
    expect(identity(second!)).toBe(identity(first!));
    expect((await stored(feed)).state).toBe("done");
  });

  test("→ held again", async () => {
    await using to = await endpoint();
    const feed = await held(to, [500, 500], [1, hourMs]);
    await passes(to, feed, 2);
    expect(to.ranges()).toEqual(["1-2", "1-2"]);
    expect(await open(feed)).toEqual(["held 1 (2)"]);
  });

  test("→ dead letter when the schedule is used up: the feed continues", async () => {
    await using to = await endpoint();
    const feed = await held(to, [500, 500], [1]);
    await passes(to, feed, 3);
    expect(to.ranges()).toEqual(["1-2", "1-2", "3-4"]);
    expect(await dead(feed)).toEqual([1]);
  });

  test("→ held, due now, by a person; a job of the retries queue does not send it", async () => {
    await using to = await endpoint();
    const feed = await held(to, [500], [hourMs]);
    expect(await states.delivery.retry({ ...feed, first: 1 })).toEqual({ kind: "done" });
    expect(await retryByHand(feed, 1)).toBe("done");
    expect(await jobs("feeds", feed)).toMatchObject([{ delayMs: 0 }]);
    expect(await jobs("retries", feed)).toEqual([]);
    expect(await states.delivery.retry({ ...feed, first: 1 })).toEqual({ kind: "done" });
    expect(to.ranges()).toEqual(["1-2"]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "1-2", "3-4"]);
  });

  test("→ discarded by a person: the feed continues without it", async () => {
    await using to = await endpoint();
    const feed = await held(to, [500], [hourMs]);
    expect(await discardByHand(feed, 1)).toBe("done");
    expect(await jobs("feeds", feed)).toMatchObject([{ delayMs: 0 }]);
    await drained(feed);
    expect(to.ranges()).toEqual(["1-2", "3-4"]);
  });

  test.each([200, 500])(
    "discarded during its second attempt, which ends with %d: nothing comes back",
    async (status) => {
      await using to = await endpoint();
      const feed = await held(to, [500], [1, hourMs]);
      const answer = Promise.withResolvers<void>();
      to.sink.script("/hook", ({ nth }) => (nth === 1 ? { status, after: answer.promise } : 200));
      const pass = (async () => {
        await passes(to, feed, 2);
        await drained(feed);
      })();
      await to.sink.received(2, "/hook");
      expect(await discardByHand(feed, 1)).toBe("done");
      answer.resolve();
      await pass;
      expect(to.ranges()).toEqual(["1-2", "1-2", "3-4"]);
      expect([await open(feed), await dead(feed)]).toEqual([[], []]);
      expect(await stored(feed)).toMatchObject({ state: "done", discarded: "1", delivered: "1" });
    },
  );
});

describe("dead letter", () => {
  test("→ parked by a person → delivered: same id and bytes, and attempts continue to count", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2, { retrySchedule: [] });
    to.sink.script("/hook", [500]);
    await drained(feed);
    expect(await retryByHand(feed, 1)).toBe("done");
    expect([await open(feed), await dead(feed)]).toEqual([["parked 1 (1)"], []]);
    expect(await jobs("retries", feed)).toMatchObject([{ first: 1, delayMs: 0 }]);
    await retried({ ...feed, first: 1 });
    const attempts = to.sink.requests("/hook");
    expect(new Set(attempts.map(identity)).size).toBe(1);
    expect(attempts.map(({ headers }) => headers["webhook-attempt"])).toEqual(["1", "2"]);
  });

  test("of a strict feed → parked by a person, as the order is lost by then", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2, { retrySchedule: [1], ordering: "strict" });
    to.sink.script("/hook", [500, 500, 500]);
    while ((await dead(feed)).length === 0) await drained(feed);
    await retryByHand(feed, 1);
    await states.delivery.retry({ ...feed, first: 1 });
    expect(await open(feed)).toEqual(["parked 1 (3)"]);
    expect(await settledAs(feed)).toEqual(["parked", "dead", "held"]);
  });

  test("→ discarded by a person", async () => {
    await using to = await endpoint();
    const feed = await to.feed(2, { retrySchedule: [] });
    to.sink.script("/hook", [500]);
    await drained(feed);
    expect(await discardByHand(feed, 1)).toBe("done");
    expect(await dead(feed)).toEqual([]);
    expect(await retryByHand(feed, 1)).toBe("not_found");
  });
});

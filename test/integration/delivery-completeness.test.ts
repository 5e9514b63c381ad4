import {
  deliveryId,
  newExecutionId,
  type ExecutionId,
  type ExecutionState,
  type Subscription,
} from "@crewstream/contracts";
import { replayExecution, retryNow } from "@crewstream/delivery";
import { receiveDelivery, trackFeeds } from "@crewstream/receiver";
import { readDeadLetters, readFeed, type FeedAddress } from "@crewstream/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sealOnly, startDelivery, type DeliveryInProcess } from "../support/delivery-in-process.ts";
import { eventually } from "../support/eventually.ts";
import { createTestExecution, events, publish, subscription } from "../support/executions.ts";
import { testEnvironment } from "../support/services.ts";
import type { SinkRequest } from "../support/sink-reply.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

const header = "crewstream-feed-complete";

let delivery: DeliveryInProcess;
let sink: WebhookSink;
beforeAll(async () => {
  sink = await WebhookSink.start();
  delivery = await startDelivery({
    WEBHOOK_BATCH_MAX_EVENTS: "4",
    WEBHOOK_BATCH_MAX_WAIT_MS: "1",
    WEBHOOK_MAX_PARKED: "1",
    WEBHOOK_RETRY_SCHEDULE: "1ms",
  });
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
});

/** A subscription to the notes of a run, to a path of its own. */
function notes(settings: Partial<Subscription> = {}): Subscription & { path: string } {
  const path = `/${newExecutionId()}`;
  return { ...subscription(sink.url(path), { events: ["note"], ...settings }), path };
}

/** An execution whose events are of these types, `n` for a note and `o` for one that is not selected. */
async function run(to: Subscription, types: string, state: ExecutionState = "SUCCESS"): Promise<FeedAddress> {
  const executionId = await createTestExecution(delivery.store, [to]);
  await goOn(executionId, types, state);
  return { executionId, feed: 0 };
}

async function goOn(id: ExecutionId, types: string, state: ExecutionState, from = 1): Promise<void> {
  const list = types
    .split("")
    .flatMap((letter, at) => events(id, { from: from + at, count: 1, type: letter === "n" ? "note" : "other" }));
  await publish(delivery.store, id, { events: list, state });
}

/** Makes passes over a feed until there is nothing left to do for it now. */
async function drained(feed: FeedAddress): Promise<void> {
  while ((await delivery.drain(feed)).kind === "later");
}

const saysComplete = ({ path }: { path: string }): (string | undefined)[] =>
  sink.requests(path).map(({ headers }) => headers[header]);

/** What the SDK concludes from everything that a path has acknowledged. */
async function progress({ path }: { path: string }) {
  const track = trackFeeds();
  const secrets = testEnvironment()["WEBHOOK_SIGNING_SECRET"] ?? "";
  let last: Awaited<ReturnType<typeof track>> | undefined;
  for (const { headers, rawBody: body, status } of sink.requests(path)) {
    if (status === 200) last = await track(receiveDelivery({ headers, body }, { secrets }));
  }
  return last;
}

describe("the last delivery of a feed has the feed's totals", () => {
  test.each<[string, string, Partial<Subscription>, (string | undefined)[]]>([
    ["one batch", "nonoo", {}, ["deliveries=1; events=2"]],
    ["several batches", "nnnnononnoo", {}, [undefined, "deliveries=2; events=7"]],
    ["real time", "nonno", { mode: "realtime", ordering: "strict" }, [undefined, undefined, "deliveries=3; events=3"]],
    ["strict order", "nnnnon", { ordering: "strict" }, [undefined, "deliveries=2; events=5"]],
    ["everything", "nonno", { events: ["*"] }, [undefined, "deliveries=2; events=5"]],
  ])("%s", async (_what, types, settings, said) => {
    const to = notes(settings);
    await drained(await run(to, types));
    expect(saysComplete(to)).toEqual(said);
    expect(await progress(to)).toMatchObject({ complete: true });
  });

  test("with several in flight, one of them has them, and counts the others", async () => {
    const to = notes({ mode: "realtime" });
    await drained(await run(to, `${"no".repeat(20)}oo`));
    const last = sink.requests(to.path).filter(({ headers }) => headers[header] !== undefined);
    expect(last.map(({ headers }) => [headers["crewstream-sequence"], headers[header]])).toEqual([
      ["39-39", "deliveries=20; events=20"],
    ]);
    expect(await progress(to)).toMatchObject({ complete: true });
  });

  test("merged chunks of a response count as they were published", async () => {
    const to = notes({ events: ["llm_stream_chunk"], coalesce: true });
    const executionId = await createTestExecution(delivery.store, [to]);
    const pieces = [1, 2, 3].map((seq) => {
      const data = { call_id: "a", chunk: "x", chunk_index: seq, emission_sequence: seq };
      const rest = { execution_id: executionId, timestamp: new Date().toISOString(), type: "llm_stream_chunk" };
      return { seq, id: `e${seq}`, type: rest.type, json: JSON.stringify({ id: `e${seq}`, ...rest, data }) };
    });
    await publish(delivery.store, executionId, { events: pieces, state: "SUCCESS" });
    await drained({ executionId, feed: 0 });
    expect(sink.requests(to.path)[0]?.events).toHaveLength(1);
    expect(saysComplete(to)).toEqual(["deliveries=1; events=3"]);
    expect(await progress(to)).toMatchObject({ complete: true });
  });

  test("on every attempt, with the same id and bytes, and after a retry by hand", async () => {
    const to = notes();
    sink.script(to.path, [500, 500, 200]);
    const feed = await run(to, "nno");
    await drained(feed);
    const address = { ...feed, first: 1 };
    while ((await delivery.retry(address)).kind === "later");
    expect(await readDeadLetters(delivery.store, feed)).toMatchObject([{ attempts: 2 }]);
    expect(await retryNow(delivery.context, deliveryId(address), Date.now())).toBe("done");
    while ((await delivery.retry(address)).kind === "later");
    expect(saysComplete(to)).toEqual(Array(3).fill("deliveries=1; events=2"));
    const attempts = sink.requests(to.path).map(({ headers, rawBody }) => [headers["webhook-id"], rawBody]);
    expect(new Set(attempts.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test("also if the worker that sealed it died before sending it", async () => {
    const to = notes();
    const feed = await run(to, "nno");
    await sealOnly(delivery, feed);
    expect(sink.requests(to.path)).toEqual([]);
    expect((await delivery.feed(feed)).open).toMatchObject([{ complete: { deliveries: 1, events: 2 } }]);
    await drained(feed);
    expect(saysComplete(to)).toEqual(["deliveries=1; events=2"]);
  });

  test("also for a replay, which ends with its range, whether the run has ended or not", async () => {
    const to = notes();
    const original = await run(to, "nnoonnnn", "RUNNING");
    const again = notes();
    const feed = await replayExecution(
      { ...delivery.context, cipher: delivery.context.request.cipher },
      original.executionId,
      {
        feed: 0,
        url: again.url,
        to: 4,
      },
    );
    await drained({ ...original, feed });
    expect(saysComplete(again)).toEqual(["deliveries=1; events=2"]);
    expect(await readFeed(delivery.store, { ...original, feed })).toMatchObject({ state: "done" });
  });

  test("but not while the run continues, waits for a person, or has more", async () => {
    for (const state of ["RUNNING", "PAUSED"] as const) {
      const to = notes();
      const feed = await run(to, "nno", state);
      while ((await delivery.feed(feed)).cursor < 3) await drained(feed);
      await goOn(feed.executionId, "non", "SUCCESS", 4);
      await drained(feed);
      expect(saysComplete(to)).toEqual([undefined, "deliveries=2; events=4"]);
    }
  });
});

describe("when nothing selected is left for the end of the run", () => {
  /** A run whose last note was delivered long before its end. */
  async function earlyLast(settings: Partial<Subscription>) {
    const to = notes(settings);
    const feed = await run(to, "nno", "RUNNING");
    // A batch younger than a millisecond may still grow.
    while ((await delivery.feed(feed)).cursor < 3) await drained(feed);
    await goOn(feed.executionId, "oo", "SUCCESS", 4);
    return { to, feed };
  }
  const endOf = ({ path }: { path: string }): SinkRequest => sink.requests(path).at(-1)!;

  test("a feed ends silently unless its subscription asks for a completion", async () => {
    const { to, feed } = await earlyLast({});
    await drained(feed);
    expect(saysComplete(to)).toEqual([undefined]);
    expect(await delivery.feed(feed)).toMatchObject({ state: "done" });
  });

  test.each<[string, Partial<Subscription>, number]>([
    ["in batches", {}, 2],
    ["in real time", { mode: "realtime" }, 3],
    ["in strict order", { mode: "realtime", ordering: "strict" }, 3],
  ])("one that asks for it ends with an empty delivery, %s", async (_what, settings, deliveries) => {
    const { to, feed } = await earlyLast({ ...settings, completion: true });
    await drained(feed);
    expect(saysComplete(to)).toEqual([...Array<undefined>(deliveries - 1), `deliveries=${deliveries}; events=2`]);
    const { rawBody, headers } = endOf(to);
    expect(rawBody).toBe('{"events":[]}');
    expect(headers).toMatchObject({ "webhook-id": deliveryId({ ...feed, first: 6 }), "webhook-attempt": "1" });
    expect(headers["crewstream-sequence"]).toBeUndefined();
    expect(await progress(to)).toMatchObject({ complete: true });
    expect(await delivery.feed(feed)).toMatchObject({ state: "done", open: [] });
  });

  test("and not with two, if an event was left to announce it", async () => {
    const to = notes({ completion: true });
    await drained(await run(to, "nnoo"));
    expect(saysComplete(to)).toEqual(["deliveries=1; events=2"]);
  });

  test("a feed for which nothing was selected announces that", async () => {
    const to = notes({ completion: true });
    await drained(await run(to, "ooo"));
    expect(saysComplete(to)).toEqual(["deliveries=1; events=0"]);
    expect(await progress(to)).toMatchObject({ complete: true });
  });

  test("it is retried like any other", async () => {
    const { to, feed } = await earlyLast({ completion: true });
    sink.script(to.path, ({ nth }) => (nth === 1 ? 503 : 200));
    await drained(feed);
    while ((await delivery.retry({ ...feed, first: 6 })).kind === "later");
    expect(saysComplete(to)).toEqual([undefined, "deliveries=2; events=2", "deliveries=2; events=2"]);
    expect(
      new Set(
        sink
          .requests(to.path)
          .slice(1)
          .map(({ rawBody }) => rawBody),
      ),
    ).toEqual(new Set(['{"events":[]}']));
    expect(await delivery.feed(feed)).toMatchObject({ state: "done", open: [] });
  });

  test("it waits for room among the parked deliveries", async () => {
    const to = notes({ completion: true });
    const feed = await run(to, "nno", "RUNNING");
    sink.script(to.path, [500, 200]);
    while ((await delivery.feed(feed)).cursor < 3) await drained(feed);
    await goOn(feed.executionId, "o", "SUCCESS", 4);
    expect(await delivery.drain(feed)).toEqual({ kind: "done" });
    while ((await delivery.retry({ ...feed, first: 1 })).kind === "later");
    expect((await delivery.jobs("feeds")).map(({ executionId }) => executionId)).toContain(feed.executionId);
    await drained(feed);
    expect(saysComplete(to)).toEqual([undefined, undefined, "deliveries=2; events=2"]);
    expect(await delivery.feed(feed)).toMatchObject({ state: "done", open: [] });
  });

  test("what a lost endpoint never got is in the dead letters, including the completion, and the feed is done", async () => {
    const refusing = await WebhookSink.start();
    const to = subscription(refusing.url("/hook"), { events: ["note"], completion: true });
    await refusing.down();
    const feeds = [await run(to, "nnnnn"), await run(to, "nno"), await run(to, "ooo")];
    await eventually(async () => {
      for (const feed of feeds) {
        for (const { first } of (await delivery.feed(feed)).open) await delivery.retry({ ...feed, first });
        await delivery.drain(feed);
        expect(await delivery.feed(feed)).toMatchObject({ state: "done" });
      }
    });
    const letters = await Promise.all(feeds.map((feed) => readDeadLetters(delivery.store, feed)));
    expect(letters.map((each) => each.map(({ complete }) => complete))).toEqual([
      [undefined, { deliveries: 2, events: 5 }],
      [{ deliveries: 1, events: 2 }],
      [{ deliveries: 1, events: 0 }],
    ]);
  });
});

import { deliveryId, endpointId } from "@crewstream/contracts";
import { expediteEndpoint, retryNow, runBulkOperation } from "@crewstream/delivery";
import { retryForbidden } from "@crewstream/delivery-worker";
import { setEndpointPaused, readBreaker } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDelivery, type DeliveryInProcess } from "../support/delivery-in-process.ts";
import { silentLog, subscription } from "../support/executions.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let delivery: DeliveryInProcess;
beforeAll(async () => {
  delivery = await startDelivery({ WEBHOOK_RETRY_SCHEDULE: "1h,1h" });
});
afterAll(() => delivery[Symbol.asyncDispose]());

const day = { status: 429, headers: { "retry-after": "86400" } };
const halfMinute = 30_000;

/** An endpoint that asked us to wait a day in response to the first event of a feed, and has recovered. */
async function throttledEndpoint() {
  const sink = await WebhookSink.start();
  sink.script("/hook", [day]);
  const feed = await delivery.execution(subscription(sink.url("/hook"), { mode: "realtime" }), 1);
  await delivery.drain(feed);
  return { sink, feed, endpoint: endpointId(new URL(sink.url())) };
}

test("no feed and no retry sleeps longer than half a minute for an endpoint that asked for a day", async () => {
  const { sink, feed } = await throttledEndpoint();
  await using _sink = sink;
  const other = await delivery.execution(subscription(sink.url("/other")), 3, "SUCCESS");
  expect(await delivery.drain(other)).toMatchObject({ kind: "later" });
  const result = await delivery.drain(other);
  expect(result.kind === "later" && result.delayMs <= halfMinute).toBe(true);
  const [parked] = (await delivery.feed(feed)).open;
  expect(parked?.state).toBe("parked");
});

test("a resume wakes the feeds that wait for the endpoint, and the delivery that it had rejected", async () => {
  const { sink, feed, endpoint } = await throttledEndpoint();
  await using _sink = sink;
  const others = await Promise.all(
    [1, 2, 3].map(() => delivery.execution(subscription(sink.url("/other")), 3, "SUCCESS")),
  );
  for (const other of others) await delivery.drain(other);
  await setEndpointPaused(delivery.store, endpoint, false);
  await expediteEndpoint(delivery.context, endpoint);

  const woken = await delivery.jobs("feeds");
  expect(woken.filter(({ delayMs }) => delayMs <= 1000).length).toBeGreaterThanOrEqual(others.length);
  const retry = (await delivery.jobs("retries")).find(({ executionId }) => executionId === feed.executionId);
  expect(retry?.delayMs).toBeLessThanOrEqual(1000);
  const [parked] = (await delivery.feed(feed)).open;
  expect(parked?.nextAt).toBeLessThanOrEqual(Date.now() + 1000);
});

test("a retry by hand goes through to an endpoint that asked to wait, and ends the wait when it succeeds", async () => {
  const { sink, feed, endpoint } = await throttledEndpoint();
  await using _sink = sink;
  expect((await readBreaker(delivery.store, endpoint)).pauseUntil).toBeGreaterThan(Date.now());
  const id = deliveryId({ ...feed, first: 1 });
  expect(await retryNow(delivery.context, id, Date.now())).toBe("done");
  // This process's own view of the endpoint may be up to a second old.
  await sink.until(() => true);
  for (;;) {
    const result = await delivery.retry({ ...feed, first: 1 });
    if (result.kind === "done") break;
    expect(result.delayMs).toBeLessThanOrEqual(halfMinute);
    await new Promise((resolve) => setTimeout(resolve, Math.min(result.delayMs, 200)));
  }
  expect(sink.requests("/hook").map(({ status }) => status)).toEqual([429, 200]);
  expect((await readBreaker(delivery.store, endpoint)).pauseUntil).toBeUndefined();
});

test("a retry by hand to a paused endpoint changes nothing and reports that", async () => {
  const { sink, feed, endpoint } = await throttledEndpoint();
  await using _sink = sink;
  await setEndpointPaused(delivery.store, endpoint, true);
  const before = await delivery.feed(feed);
  expect(await retryNow(delivery.context, deliveryId({ ...feed, first: 1 }), Date.now())).toBe("paused");
  expect(await delivery.feed(feed)).toEqual(before);
  expect(await retryNow(delivery.context, deliveryId({ ...feed, first: 9 }), Date.now())).toBe("not_found");
});

test("a pass that has lost its job's lock sends nothing more", async () => {
  await using sink = await WebhookSink.start();
  const feed = await delivery.execution(subscription(sink.url("/hook"), { ordering: "strict", mode: "realtime" }), 5);
  let held = true;
  sink.script("/hook", () => {
    held = false;
    return 200;
  });
  const lease = { deadline: new AbortController().signal, held: () => held };
  expect(await delivery.drain(feed, lease)).toEqual({ kind: "later", delayMs: 0 });
  expect(sink.requests("/hook")).toHaveLength(1);
  expect(await delivery.retry({ ...feed, first: 1 }, lease)).toEqual({ kind: "done" });
});

test("a delivery that the configuration had forbidden is retried when the configuration allows it", async () => {
  await using sink = await WebhookSink.start();
  const { store, queues } = delivery;
  const forbidding = { WEBHOOK_ALLOW_NETWORKS: [], WEBHOOK_ALLOW_PORTS: undefined };
  await retryForbidden(forbidding, { store, queues, log: silentLog });
  await using strict = await startDelivery({
    KEY_PREFIX: store.keys.prefix,
    WEBHOOK_RETRY_SCHEDULE: "1h,1h",
    WEBHOOK_ALLOW_NETWORKS: "",
  });
  const feed = await strict.execution(subscription(sink.url("/hook")), 1, "SUCCESS");
  await strict.drain(feed);
  expect((await delivery.feed(feed)).open).toMatchObject([{ state: "parked", outcome: "forbidden" }]);

  await retryForbidden(forbidding, { store, queues, log: silentLog });
  const bulk = async () =>
    queues
      .all()
      .find(({ name }) => name === "operations")!
      .getJobs(["waiting"]);
  expect(await bulk()).toHaveLength(0);
  await retryForbidden({ ...forbidding, WEBHOOK_ALLOW_NETWORKS: ["127.0.0.0/8"] }, { store, queues, log: silentLog });
  const [job] = await bulk();
  await runBulkOperation(delivery.context, (job!.data as { bulkId: string }).bulkId, new AbortController().signal);
  expect(await delivery.retry({ ...feed, first: 1 })).toEqual({ kind: "done" });
  expect(sink.events("/hook")).toHaveLength(1);
});

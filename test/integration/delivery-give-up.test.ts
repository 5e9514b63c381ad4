import { endpointId } from "@crewstream/contracts";
import { readBreaker, readDeadLetters } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDelivery, type DeliveryInProcess } from "../support/delivery-in-process.ts";
import { subscription } from "../support/executions.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let delivery: DeliveryInProcess;
beforeAll(async () => {
  delivery = await startDelivery({ WEBHOOK_RETRY_SCHEDULE: "1s" });
});
afterAll(() => delivery[Symbol.asyncDispose]());

test("a dead letter that was never attempted has since when its endpoint has been failing, and how", async () => {
  await using sink = await WebhookSink.start();
  const { redis, keys } = delivery.store;
  const openedAt = Date.now() - 3_600_000;
  await redis.hset(keys.breaker(endpointId(new URL(sink.url()))), {
    state: "open",
    reason: "rejected 500",
    opened_at: openedAt,
    next_probe_at: Date.now() + 3_600_000,
  });
  const feed = await delivery.execution(subscription(sink.url("/hook")), 3, "SUCCESS");
  await delivery.drain(feed);
  const since = new Date(openedAt).toISOString().slice(0, 19);
  expect(await readDeadLetters(delivery.store, feed)).toMatchObject([
    {
      attempts: 0,
      events: 3,
      outcome: "gave_up",
      reason: `gave up: the endpoint has been failing since ${since}Z, last failure: rejected 500`,
    },
  ]);
  expect(sink.requests()).toEqual([]);
});

test.each([
  [401, "rejected 401"],
  [410, "gone 410"],
])("an endpoint that answers %d has a closed breaker and a refusal for people to see", async (status, refusal) => {
  await using sink = await WebhookSink.start();
  sink.script("", status);
  const feed = await delivery.execution(subscription(sink.url("/hook")), 2, "SUCCESS");
  await delivery.drain(feed);
  const breaker = await readBreaker(delivery.store, endpointId(new URL(sink.url())));
  expect(breaker).toMatchObject({ state: "closed", refusal });
  expect(breaker.refusedAt).toBeGreaterThan(Date.now() - 60_000);
});

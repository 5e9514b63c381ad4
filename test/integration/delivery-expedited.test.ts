import { deliveryId, endpointId } from "@crewstream/contracts";
import { expediteEndpoint, retryNow } from "@crewstream/delivery";
import { readDeadLetters } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDelivery, type DeliveryInProcess } from "../support/delivery-in-process.ts";
import { subscription } from "../support/executions.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let delivery: DeliveryInProcess;
let sink: WebhookSink;
beforeAll(async () => {
  delivery = await startDelivery({ WEBHOOK_RETRY_SCHEDULE: "1h,2h" });
  sink = await WebhookSink.start();
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
});

test("an endpoint that is up and down does not use up the retry schedule", async () => {
  const { store } = delivery;
  const endpoint = endpointId(new URL(sink.url()));
  const feed = await delivery.execution(subscription(sink.url("/hook")), 1, "SUCCESS");
  sink.script("", () => 500);
  await delivery.drain(feed);
  const [first] = (await delivery.feed(feed)).open;
  const due = first?.nextAt ?? 0;
  // More often than the schedule has delays: each time the endpoint seemed to have recovered.
  for (let times = 2; times <= 4; times += 1) {
    await expediteEndpoint(delivery.context, endpoint);
    expect((await delivery.feed(feed)).open).toMatchObject([{ expeditedFrom: due }]);
    await delivery.retry({ ...feed, first: 1 });
    expect((await delivery.feed(feed)).open).toMatchObject([{ state: "parked", attempts: times, nextAt: due }]);
  }
  expect(await readDeadLetters(store, feed)).toEqual([]);

  // A person's retry restarts the schedule, whatever was brought forward before.
  await expediteEndpoint(delivery.context, endpoint);
  expect(await retryNow(delivery.context, deliveryId({ ...feed, first: 1 }), Date.now())).toBe("done");
  await delivery.retry({ ...feed, first: 1 });
  const [revived] = (await delivery.feed(feed)).open;
  expect(revived).toMatchObject({ attempts: 5, scheduleFrom: 4 });
  expect(revived?.expeditedFrom).toBeUndefined();
  expect(sink.requests("/hook").map(({ headers }) => headers["webhook-attempt"])).toEqual(["1", "2", "3", "4", "5"]);
});

import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

it("dead-letters what waits for an endpoint that never recovers, and can retry it", async () => {
  await using sink = await WebhookSink.start();
  await using system = await startSystem({
    env: {
      AUTOMATIONS_DIR: fileURLToPath(new URL("../fixtures/load", import.meta.url)),
      WEBHOOK_RETRY_SCHEDULE: "300ms,300ms",
      WEBHOOK_MAX_PARKED: "4",
    },
  });
  await sink.down();
  const id = await system.client.kickoff("burst", {
    inputs: { count: 40, group: 10 },
    webhooks: [
      { url: sink.url("/batched"), events: ["burst_item"], realtime: false },
      { url: sink.url("/realtime"), events: ["burst_item"], realtime: true },
    ],
  });
  await eventually(async () => {
    const { body } = await system.client.get(`/api/v1/executions/${id}`);
    if (body["feeds_open"] !== 0) throw new Error(JSON.stringify(body).slice(0, 600));
  });
  const dead = await system.client.get<{ items: { events: number }[] }>(
    `/api/v1/deliveries?state=dead&execution_id=${id}&limit=200`,
  );
  expect(dead.body.items.reduce((sum, delivery) => sum + delivery.events, 0)).toBe(80);

  await sink.up();
  const retried = await system.client.post("/api/v1/deliveries/retry", {
    filter: { state: "dead", execution_id: id },
    dry_run: false,
  });
  expect(retried.status).toBe(202);
  await sink.until(() => new Set(sink.events().map((event) => event.id)).size === 40 && sink.events().length >= 80);
});

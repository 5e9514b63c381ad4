import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { startService } from "../support/service-process.ts";
import { startSystem } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

const feeds = 10;

test("a wrong ENCRYPTION_KEY is logged once, and parked deliveries stay parked until the right one is back", async () => {
  await using sink = await WebhookSink.start();
  await using system = await startSystem({
    env: { WEBHOOK_RETRY_SCHEDULE: "1s,1h,1h", RECONCILE_MS: "1000", LOG_LEVEL: "info" },
  });
  const { client, env } = system;
  sink.script("/hook", () => 500);
  const id = await client.kickoff("release_notes", {
    inputs: { version: "1" },
    webhooks: Array.from({ length: feeds }, () => ({
      url: sink.url("/hook"),
      events: ["flow_finished"],
      authentication: { strategy: "bearer", token: "receivers-token" },
    })),
  });
  await client.ended(id);
  const parked = async () => {
    const { body } = await client.get<{ deliveries: { retrying: number; dead: number } }>("/api/v1/stats");
    return body.deliveries;
  };
  await eventually(async () => expect(await parked()).toEqual({ retrying: feeds, dead: 0 }));
  const [right] = system.deliveryWorkers;
  await right?.kill("SIGTERM");

  const port = await freePort();
  const wrongKey = { ...env, ENCRYPTION_KEY: Buffer.alloc(32, 8).toString("base64"), HEALTH_PORT: String(port) };
  const wrong = await startService("delivery-worker", wrongKey);
  const failed = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return [...text.matchAll(/^crewstream_jobs_total\{.*result="failed".*\} (\d+)/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  };
  // Each pass of the reconciler adds their jobs again.
  await eventually(async () => expect(await failed()).toBeGreaterThan(3 * feeds));
  const errors = wrong.logs.filter(({ level }) => Number(level) >= 40);
  expect(errors).toMatchObject([{ msg: "job.failed", err: { message: expect.stringContaining("ENCRYPTION_KEY") } }]);
  expect(await parked()).toEqual({ retrying: feeds, dead: 0 });
  await wrong.kill("SIGTERM");

  sink.script("/hook", () => 200);
  await system.add("delivery-worker");
  const { body } = await client.get<{ items: { id: string }[] }>("/api/v1/deliveries?state=retrying");
  for (const delivery of body.items) await client.post(`/api/v1/deliveries/${delivery.id}/retry`);
  await eventually(async () => expect(await parked()).toEqual({ retrying: 0, dead: 0 }));
});

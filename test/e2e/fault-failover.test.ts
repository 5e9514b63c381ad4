import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { SentinelSet } from "../support/sentinel-set.ts";
import { startSystem } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

it("continues with the new master when the old one dies in the middle of runs, without a restart", async () => {
  await using set = await SentinelSet.start();
  await using sink = await WebhookSink.start();
  await using system = await startSystem({
    env: { ...set.env, AUTOMATIONS_DIR: fileURLToPath(new URL("../fixtures/load", import.meta.url)) },
  });
  const paths = ["/a", "/b", "/c"];
  const ids = await Promise.all(
    paths.map((path) =>
      system.client.kickoff("burst", {
        inputs: { count: 200, group: 5, pause_ms: 50 },
        webhooks: { url: sink.url(path), events: ["*"], realtime: false },
      }),
    ),
  );
  await Promise.all(paths.map((path) => sink.received(1, path)));
  await set.failOver();

  await eventually(async () => {
    for (const id of ids) {
      const { status, body } = await system.client.get(`/api/v1/executions/${id}`);
      if (status !== 200 || body["state"] !== "SUCCESS" || body["feeds_open"] !== 0)
        throw new Error(JSON.stringify(body).slice(0, 400));
    }
  });
  for (const [index, id] of ids.entries()) {
    const events = await system.client.events(id);
    expect(events.filter(({ type }) => type === "burst_item")).toHaveLength(200);
    expect(events.map(({ data }) => data["emission_sequence"])).toEqual(events.map((_, at) => at + 1));
    const received = new Set(sink.events(paths[index]).map((event) => event.id));
    expect(events.filter((event) => !received.has(event.id))).toEqual([]);
  }
  expect(system.crewWorkers[0]!.logs.filter(({ msg }) => msg === "crew-worker.starting")).toHaveLength(1);
});

import { receiveDelivery, trackFeeds, type FeedProgress } from "@crewstream/receiver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

let sink: WebhookSink;
let system: System;
beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem();
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

/** What a receiver that counts knows of each feed in the end, by execution and feed. */
async function tracked(path: string): Promise<Map<string, FeedProgress>> {
  const track = trackFeeds();
  const known = new Map<string, FeedProgress>();
  for (const { headers, rawBody: body } of sink.requests(path)) {
    const delivery = receiveDelivery({ headers, body }, { secrets: system.env["WEBHOOK_SIGNING_SECRET"]! });
    known.set(delivery.feedId, await track(delivery));
  }
  return known;
}

test.each(["release_notes", "research_crew"] as const)("%s: a receiver knows when it has everything", async (name) => {
  const ways = {
    "realtime-all": { events: ["*"], realtime: true },
    "batched-all": { events: ["*"], realtime: false },
    "batched-some": { events: ["task_completed", "method_execution_finished"], completion: true },
    "realtime-some": { events: ["task_completed", "method_execution_finished"], realtime: true, completion: true },
    "realtime-none": { events: ["never_emitted"], realtime: true, completion: true },
  };
  const urlOf = (way: string): { url: string } => ({ url: sink.url(`/${name}/${way}`) });
  const webhooks = Object.entries(ways).map(([way, settings]) => Object.assign(urlOf(way), settings));
  const runs = 5;
  const ids = await Promise.all(
    Array.from({ length: runs }, () => system.client.kickoff(name, { inputs: exampleInputs[name], webhooks })),
  );
  await Promise.all(ids.map((id) => system.client.ended(id)));
  for (const way of Object.keys(ways)) {
    await eventually(async () => {
      const feeds = [...(await tracked(`/${name}/${way}`)).values()];
      expect(feeds.map(({ complete }) => complete)).toEqual(Array(runs).fill(true));
    });
  }
});

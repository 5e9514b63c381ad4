import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
let sink: WebhookSink;
beforeAll(async () => {
  sink = await WebhookSink.start();
  system = await startSystem({
    env: {
      AUTOMATIONS_DIR: fileURLToPath(new URL("../fixtures/unruly", import.meta.url)),
      LEASE_MS: "1000",
      RUN_MEMORY_MB: "96",
      RUN_MAX_EVENTS: "1000",
    },
  });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
});

describe("an automation that", () => {
  it("blocks its event loop for longer than the lease keeps its run, and runs once", async () => {
    const id = await system.client.kickoff("blocker", { inputs: { block_ms: 4000 } });
    const status = await system.client.ended(id);
    expect(status["state"]).toBe("SUCCESS");
    const begun = system.crewWorkers[0]!.logs.filter(
      (line) => line.msg === "run.started" && line["executionId"] === id,
    );
    expect(begun).toHaveLength(1);
  });

  it("blocks does not keep others from running", async () => {
    const blocked = await system.client.kickoff("blocker", { inputs: { block_ms: 3_600_000 } });
    const other = await system.client.kickoff("blocker", {});
    expect((await system.client.ended(other))["state"]).toBe("SUCCESS");

    const stopped = await system.client.post(`/stop/${blocked}`);
    expect(stopped.status).toBe(200);
    expect((await system.client.ended(blocked))["state"]).toBe("REVOKED");
  });

  it("publishes more than allowed fails with the limit's name, and all its started events are closed", async () => {
    const id = await system.client.kickoff("chatter", {});
    const status = await system.client.ended(id);
    expect(status).toMatchObject({ state: "FAILED", error: expect.stringContaining("RUN_MAX_EVENTS") });
    expect((await system.client.events(id)).at(-1)?.type).toBe("flow_failed");
  });

  it.each(["exit", "memory", "throw"])(
    "ends its process (%s) fails alone, with the reason and closed events",
    async (how) => {
      const path = `/quitter/${how}`;
      const webhooks = { url: sink.url(path), events: ["*"], realtime: false };
      const id = await system.client.kickoff("quitter", { inputs: { how }, webhooks });
      const status = await system.client.ended(id);
      expect(status["state"]).toBe("FAILED");
      expect(status["error"]).toMatch(/worker died 3 times.*thread died/);
      await sink.eventOfType("flow_failed", path);

      const events = await system.client.events(id);
      const started = events.filter(({ type }) => type.endsWith("_started")).map((event) => event.id);
      const ended = events.flatMap(({ data }) =>
        data["started_event_id"] === null ? [] : [data["started_event_id"] as string],
      );
      expect(ended).toHaveLength(started.length);
      expect(new Set(ended)).toEqual(new Set(started));
      expect(system.crewWorkers[0]!.logs.some((line) => line.msg === "crew-worker.stopping")).toBe(false);
      const after = await system.client.kickoff("blocker", {});
      expect((await system.client.ended(after))["state"]).toBe("SUCCESS");
    },
  );
});

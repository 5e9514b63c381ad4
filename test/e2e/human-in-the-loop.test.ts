import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import type { SinkRequest } from "../support/sink-reply.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
let sink: WebhookSink;
beforeAll(async () => {
  system = await startSystem({
    crewWorkers: 2,
    env: { AUTOMATIONS_DIR: fileURLToPath(new URL("../fixtures/human", import.meta.url)) },
  });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  sink = await WebhookSink.start();
  return () => sink[Symbol.asyncDispose]();
});

const body = (request: SinkRequest | undefined) => JSON.parse(request?.rawBody ?? "{}") as Record<string, string>;

async function paused(id: string): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const { body } = await system.client.get(`/status/${id}`);
    if (body["state"] !== "PAUSED") throw new Error(JSON.stringify(body).slice(0, 300));
    return body;
  });
}

describe("a crew's task with human input", () => {
  const kickoff = (extra: Record<string, unknown> = {}) =>
    system.client.kickoff("reviewed_crew", { inputs: { topic: "order" }, meta: { requestId: "r1" }, ...extra });

  it("pauses, notifies the webhook with its authentication, retries with feedback and ends when approved", async () => {
    const authentication = { strategy: "bearer", token: "human-secret" };
    const id = await kickoff({ humanInputWebhook: { url: sink.url("/human"), authentication } });
    const [first] = await sink.received(1, "/human");
    expect(first?.headers["authorization"]).toBe("Bearer human-secret");
    expect(body(first)).toMatchObject({
      kickoff_id: id,
      execution_id: id,
      task_name: "draft",
      meta: { requestId: "r1" },
    });
    expect((await paused(id))["status"]).not.toBe("completed");

    const retried = await system.client.post("/resume", {
      executionId: id,
      task_id: body(first)["task_id"],
      humanFeedback: "Make it shorter",
      isApprove: false,
    });
    expect(retried.body).toMatchObject({ kickoff_id: id, execution_id: id, status: "retrying" });
    const [, second] = await sink.received(2, "/human");
    expect(body(second)["task_id"]).not.toBe(body(first)["task_id"]);

    const approved = await system.client.post("/resume", {
      execution_id: id,
      taskId: "draft",
      human_feedback: "Approved.",
    });
    expect(approved.body).toMatchObject({ kickoff_id: id, status: "resumed" });
    expect((await system.client.ended(id))["state"]).toBe("SUCCESS");
  });

  it.each([
    [{ executionId: "ID", taskId: "draft", humanFeedback: "Needs work", isApprove: true }],
    [{ execution_id: "ID", task_id: "draft", human_feedback: "", is_approve: true }],
    [{ execution_id: "ID", taskId: "draft" }],
    [{ executionId: "ID", human_feedback: "ok" }],
  ])("goes on for %j", async (answer) => {
    const id = await kickoff();
    await paused(id);
    const resumed = await system.client.post("/resume", {
      ...answer,
      ...("executionId" in answer ? { executionId: id } : { execution_id: id }),
    });
    expect(resumed).toMatchObject({ status: 200, body: { status: "resumed" } });
    expect((await system.client.ended(id))["state"]).toBe("SUCCESS");
  });

  it("may pause more often than a run may crash its worker", async () => {
    const id = await kickoff();
    for (const round of [1, 2, 3, 4]) {
      await paused(id);
      const humanFeedback = `Change ${round}`;
      const answered = await system.client.post("/resume", { executionId: id, humanFeedback, isApprove: false });
      expect(answered.status).toBe(200);
    }
    await paused(id);
    await system.client.post("/resume", { executionId: id, isApprove: true });
    expect(await system.client.ended(id)).toMatchObject({ state: "SUCCESS" });
  });

  it("rejects answers without a request, for an unknown run, and repeated ones", async () => {
    const unknown = await system.client.post("/resume", {
      executionId: "01a20943-16a5-7575-9541-1466c374a9b5",
      taskId: "x",
    });
    expect(unknown).toMatchObject({ status: 404, body: { message: "Execution ID not found" } });
    const missing = await system.client.post("/resume", { taskId: "x" });
    expect(missing.status).toBe(422);

    const id = await kickoff();
    await paused(id);
    const other = await system.client.post("/resume", { executionId: id, taskId: "polish", isApprove: true });
    expect(other.status).toBe(400);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        system.client.post("/resume", { executionId: id, taskId: "draft", isApprove: true }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(3);
    expect((await system.client.ended(id))["state"]).toBe("SUCCESS");
  });
});

describe("a flow with human input", () => {
  it("sends AMP's request, signed, and accepts the answer at its callback URL; frees the worker while it waits", async () => {
    const id = await system.client.kickoff("reviewed_flow", {
      humanInputWebhookUrl: sink.url("/flow"),
      webhooks: { url: sink.url("/events"), events: ["*"], realtime: true },
    });
    const [request] = await sink.received(1, "/flow");
    const asked = body(request);
    expect(asked).toMatchObject({
      event_type: "new_request",
      flow_id: id,
      method_name: "draft",
      message: "Publish this?",
      output: "About webhooks",
    });
    const timestamp = request?.headers["x-crewai-timestamp"];
    const secret = system.env["WEBHOOK_SIGNING_SECRET"] ?? "";
    const signature = createHmac("sha256", secret).update(`${timestamp}.${request?.rawBody}`).digest("hex");
    expect(request?.headers["x-crewai-signature"]).toBe(`sha256=${signature}`);
    await paused(id);

    const listed = await system.client.get<{ items: { id: string; execution_id: string }[] }>("/api/v1/human-requests");
    expect(listed.body.items).toContainEqual(expect.objectContaining({ id: asked["id"], execution_id: id }));

    const forged = await fetch(`${asked["callback_url"]}x`, {
      method: "POST",
      // The token is checked before the body.
      body: "no JSON",
    });
    expect(forged.status).toBe(404);
    const answered = await fetch(asked["callback_url"] ?? "", {
      method: "POST",
      body: JSON.stringify({ feedback: "approved", source: "test" }),
    });
    expect(answered.status).toBe(200);

    const [, question] = await sink.received(2, "/flow");
    await paused(id);
    const path = `/api/v1/executions/${id}/human-requests/${body(question)["id"]}`;
    expect(await system.client.post(path, { feedback: "Order" })).toMatchObject({
      status: 200,
      body: { status: "resumed" },
    });
    const status = await system.client.ended(id);
    expect(status).toMatchObject({ state: "SUCCESS", result: "published as Order" });

    await sink.eventOfType("flow_finished", "/events");
    const events = await system.client.events(id);
    expect(events.map(({ data }) => data["emission_sequence"])).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map((event) => event.execution_id))).toEqual(new Set([id]));
  });

  it.each([
    [{ is_approve: false }],
    [{ is_approve: true }],
    [{ is_approve: true, human_feedback: "seems fine to me" }],
    [{}],
    [{ outcome: "burn" }],
  ])("takes no outcome that %j does not stand for, and says which there are", async (answer) => {
    const id = await system.client.kickoff("human_reject", {});
    await paused(id);
    const refused = await system.client.post("/resume", { execution_id: id, ...answer });
    expect(refused).toMatchObject({ status: 422, body: { details: { outcomes: ["publish", "discard"] } } });
    expect(refused.body["message"]).toContain('"publish", "discard"');

    const taken = await system.client.post("/resume", { execution_id: id, human_feedback: "no", outcome: "discard" });
    expect(taken).toMatchObject({ status: 200, body: { status: "resumed", outcome: "discard" } });
    expect(await system.client.ended(id)).toMatchObject({ state: "SUCCESS", result: "DISCARDED" });
  });

  it.each([
    [false, "discard", "DISCARDED"],
    [true, "publish", "PUBLISHED"],
  ])("takes the outcome that the flow maps is_approve: %s to", async (approved, outcome, result) => {
    const id = await system.client.kickoff("human_mapped", {});
    await paused(id);
    const taken = await system.client.post("/resume", { execution_id: id, is_approve: approved });
    expect(taken.body).toMatchObject({ outcome });
    expect(await system.client.ended(id)).toMatchObject({ state: "SUCCESS", result });
  });

  it("continues with its default when nobody answers in time", async () => {
    const id = await system.client.kickoff("impatient_flow", {});
    expect(await system.client.ended(id)).toMatchObject({ state: "SUCCESS", result: "stopped" });
  });

  it("can be stopped while it waits", async () => {
    const id = await system.client.kickoff("reviewed_crew", { inputs: { topic: "order" } });
    await paused(id);
    expect((await system.client.post(`/stop/${id}`)).status).toBe(200);
    expect((await system.client.ended(id))["state"]).toBe("REVOKED");

    const events = await system.client.events(id);
    const started = events.filter(({ type }) => type.endsWith("_started") && type !== "agent_logs_started");
    const closed = new Set(events.map(({ data }) => data["started_event_id"]));
    expect(started.filter((event) => !closed.has(event.id))).toEqual([]);
    expect(events.at(-1)?.type).toBe("crew_kickoff_failed");
  });
});

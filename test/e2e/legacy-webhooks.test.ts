import { afterAll, beforeAll, expect, test } from "vitest";
import { Webhook } from "standardwebhooks";
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

const meta = { requestId: "user-request-123", nested: { source: "mobileapp" } };

/** The three URLs of a kickoff, below a path of its own. */
function urls(path: string): Record<string, string> {
  return {
    taskWebhookUrl: sink.url(`${path}/task`),
    stepWebhookUrl: sink.url(`${path}/step`),
    crewWebhookUrl: sink.url(`${path}/crew`),
  };
}

function bodies(path: string): Record<string, unknown>[] {
  return sink.requests(path).map(({ rawBody }) => JSON.parse(rawBody) as Record<string, unknown>);
}

test("a crew: a request per task, per step with a tool, and one for the end, with meta in each", async () => {
  const kickoffId = await system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    meta,
    ...urls("/crew"),
  });
  await system.client.ended(kickoffId);
  await Promise.all([sink.received(2, "/crew/task"), sink.received(1, "/crew/step"), sink.received(1, "/crew/crew")]);
  const echoed = { kickoff_id: kickoffId, meta };

  const tasks = bodies("/crew/task").sort((a, b) => (String(a["name"]) < String(b["name"]) ? 1 : -1));
  expect(tasks).toEqual([
    {
      ...echoed,
      name: "research",
      description: "Collect facts about durable webhooks with the search tool.",
      expected_output: "A list of facts, one a line",
      summary: "Collect facts about durable webhooks with the search tool....",
      agent: "Researcher for durable webhooks",
      output: expect.stringContaining("search_facts: - ") as string,
      output_json: null,
    },
    {
      ...echoed,
      name: "briefing",
      description: "Write a short briefing about durable webhooks from the collected facts.",
      expected_output: "Two or three paragraphs in Markdown",
      summary: "Write a short briefing about durable webhooks from the collected...",
      agent: "Writer",
      output: expect.stringContaining("From the tasks before:") as string,
      output_json: null,
    },
  ]);

  const steps = bodies("/crew/step");
  expect(steps).toEqual([
    {
      ...echoed,
      prompt: expect.any(String) as string,
      thought: expect.any(String) as string,
      tool: "search_facts",
      tool_input: expect.stringContaining('"query":') as string,
      result: expect.stringContaining("- ") as string,
    },
  ]);

  const [crew, ...more] = bodies("/crew/crew");
  expect(more).toEqual([]);
  expect(crew).toEqual({
    ...echoed,
    result: tasks[1]!["output"],
    result_json: null,
    token_usage: expect.objectContaining({ total_tokens: expect.any(Number) as number }) as object,
  });
});

test("a flow: one request with its result, and an empty meta when the kickoff had none", async () => {
  const kickoffId = await system.client.kickoff("release_notes", {
    inputs: exampleInputs.release_notes,
    ...urls("/flow"),
  });
  const { result } = await system.client.ended(kickoffId);
  const [request] = await sink.received(1, "/flow/crew");
  const rest = { result_json: null, token_usage: {}, meta: {} };
  expect(JSON.parse(request!.rawBody)).toEqual({ kickoff_id: kickoffId, result, ...rest });
  expect(result).toContain("### Breaking changes");
  expect(sink.requests("/flow/task")).toEqual([]);
  expect(sink.requests("/flow/step")).toEqual([]);
});

test("they have the same guarantees: signed, and retried under the same id with the same bytes", async () => {
  sink.script("/again/crew", [500, "hang", 503, 200]);
  await system.client.kickoff("research_crew", { inputs: exampleInputs.research_crew, meta, ...urls("/again") });
  const attempts = await sink.received(4, "/again/crew");
  expect(new Set(attempts.map(({ rawBody }) => rawBody)).size).toBe(1);
  expect(new Set(attempts.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(attempts.map(({ headers }) => headers["webhook-attempt"])).toEqual(["1", "2", "3", "4"]);
  const webhook = new Webhook(system.env["WEBHOOK_SIGNING_SECRET"]!);
  for (const { rawBody, headers } of attempts) webhook.verify(rawBody, headers);
});

test("together with current webhooks, in one kickoff", async () => {
  const kickoffId = await system.client.kickoff("research_crew", {
    inputs: exampleInputs.research_crew,
    ...urls("/both"),
    webhooks: { url: sink.url("/both/events"), events: ["crew_kickoff_completed"] },
  });
  const [events] = await sink.received(1, "/both/events");
  const [crew] = await sink.received(1, "/both/crew");
  expect(events!.events[0]).toMatchObject({ execution_id: kickoffId, type: "crew_kickoff_completed" });
  expect(JSON.parse(crew!.rawBody)).toMatchObject({ kickoff_id: kickoffId });
});

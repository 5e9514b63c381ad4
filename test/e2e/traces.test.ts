import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OtlpCollector } from "../support/otlp-collector.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { callerSpan, lineOf, named, traceparent, tracedKickoff } from "../support/traced-runs.ts";
import { exampleInputs } from "./example-runs.ts";

const end = "crew_kickoff_completed";

describe("with a collector", () => {
  let collector: OtlpCollector;
  let sink: WebhookSink;
  let system: System;
  beforeAll(async () => {
    [collector, sink] = await Promise.all([OtlpCollector.start(), WebhookSink.start()]);
    system = await startSystem({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=collector-key",
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      },
    });
  });
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
    await collector?.[Symbol.asyncDispose]();
  });

  test("a kickoff's trace spans the API, the run and the delivery to the receiver", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const inputs = exampleInputs.research_crew;
    const authentication = { strategy: "bearer", token: "webhook-token" };
    const batched = { url: sink.url("/traced?key=of-the-receiver"), events: ["*"], realtime: false, authentication };
    const realtime = { url: sink.url("/single"), events: ["*"], realtime: true };
    const webhooks = [batched, realtime];
    const headers = { traceparent: traceparent(traceId), tracestate: "vendor=1" };
    const executionId = await tracedKickoff(system, "research_crew", { inputs, webhooks }, headers);
    await system.client.ended(executionId);
    await Promise.all([sink.eventOfType(end, "/traced?key=of-the-receiver"), sink.eventOfType(end, "/single")]);
    const requests = sink.requests();
    const spans = await collector.until((all) => {
      const own = all.filter((span) => span.traceId === traceId);
      const attempts = own.filter(named("POST webhook"));
      // The spans around an attempt end after it.
      return (
        attempts.length === requests.length && attempts.every((each) => lineOf(each, own).at(-1) === callerSpan) && own
      );
    });

    for (const { headers: sent } of requests) {
      const attempt = spans.find(({ spanId }) => sent["traceparent"] === `00-${traceId}-${spanId}-01`)!;
      expect(sent["tracestate"]).toBe("vendor=1");
      expect(lineOf(attempt, spans)).toEqual([
        "POST webhook",
        expect.stringMatching(/^process feeds-\d$/),
        expect.stringMatching(/^add feeds-\d\.drain$/),
        "run research_crew",
        "process runs",
        "add runs.run",
        "POST /automations/:automation/kickoff",
        callerSpan,
      ]);
    }
    const tool = spans.find(named("execute_tool search_facts"))!;
    expect(lineOf(tool, spans).slice(0, 5)).toEqual([
      "execute_tool search_facts",
      "invoke_agent",
      "task research",
      "crew_kickoff research_crew",
      "run research_crew",
    ]);
    const services = new Set(spans.map(({ service, kind }) => `${service} ${kind}`));
    expect([...services].sort()).toEqual([
      "crewstream-api producer",
      "crewstream-api server",
      "crewstream-crew-worker client",
      "crewstream-crew-worker consumer",
      "crewstream-crew-worker internal",
      "crewstream-crew-worker producer",
      "crewstream-delivery-worker client",
      "crewstream-delivery-worker consumer",
    ]);
    expect(spans.filter(named("chat demo")).map(({ attributes }) => attributes)).toContainEqual(
      expect.objectContaining({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "offline",
        "gen_ai.request.model": "demo",
        "gen_ai.usage.input_tokens": expect.any(Number),
        "gen_ai.response.finish_reasons": ["stop"],
      }),
    );
    for (const { name, startedAt, endedAt, failed } of spans) {
      expect({ name, failed, orderly: startedAt <= endedAt }).toEqual({ name, failed: false, orderly: true });
    }
    const sent = JSON.stringify(spans);
    for (const secret of ["webhook-token", "of-the-receiver", "collector-key", system.client.token, "You are"]) {
      expect(sent).not.toContain(secret);
    }
    expect(collector.exports[0]).toMatchObject({ "x-api-key": "collector-key" });
  });

  test("a retry has its own span and traceparent, and the same bytes", async () => {
    sink.script("/failing", [503, 200]);
    const webhooks = { url: sink.url("/failing"), events: [end] };
    const id = await tracedKickoff(system, "research_crew", { inputs: exampleInputs.research_crew, webhooks }, {});
    const [first, second] = await sink.received(2, "/failing");
    const attempts = await collector.until((spans) => {
      const own = spans.filter(
        ({ name, attributes }) => name === "POST webhook" && attributes["crewstream.execution.id"] === id,
      );
      return own.length === 2 && own;
    });
    expect(attempts.map(({ failed, attributes }) => [failed, attributes["http.response.status_code"]])).toEqual([
      [true, 503],
      [false, 200],
    ]);
    const [traceId] = new Set(attempts.map((span) => span.traceId));
    expect([first, second].map((request) => request?.headers["traceparent"])).toEqual(
      attempts.map(({ spanId }) => `00-${traceId}-${spanId}-01`),
    );
    expect(second?.rawBody).toBe(first?.rawBody);
    // No trace was sent: it begins with the kickoff.
    const root = await collector.until((spans) =>
      spans.find((span) => span.traceId === traceId && span.kind === "server"),
    );
    expect(root.parentSpanId).toBe("");
  });

  test("an unsampled trace is not recorded, and the receiver gets the flag", async () => {
    const traceId = "11f7651916cd43dd8448eb211c80319c";
    const webhooks = { url: sink.url("/unsampled"), events: [end] };
    const headers = { traceparent: traceparent(traceId, "00") };
    await tracedKickoff(system, "research_crew", { inputs: exampleInputs.research_crew, webhooks }, headers);
    const [request] = await sink.received(1, "/unsampled");
    expect(request?.headers["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    // A later kickoff is recorded: what was to be exported before it has been.
    const later = "22f7651916cd43dd8448eb211c80319c";
    const traced = { url: sink.url("/later"), events: [end] };
    const inputs = exampleInputs.research_crew;
    await tracedKickoff(system, "research_crew", { inputs, webhooks: traced }, { traceparent: traceparent(later) });
    await collector.until((spans) => spans.some((span) => span.traceId === later && span.name === "POST webhook"));
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  test("work outside of kickoffs and requests creates no trace", () => {
    const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === "");
    expect(roots.filter(({ kind }) => kind !== "server")).toEqual([]);
  });
});

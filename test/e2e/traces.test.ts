import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OtlpCollector } from "../support/otlp-collector.ts";
import type { CollectedSpan } from "../support/otlp-spans.ts";
import { serviceReady, startService } from "../support/service-process.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { exampleInputs } from "./example-runs.ts";

const caller = "b7ad6b7169203331";
const end = "crew_kickoff_completed";

/** A `traceparent` of a trace of its own. */
function traceparent(traceId: string, flags = "01"): string {
  return `00-${traceId}-${caller}-${flags}`;
}

/** Kicks off as a client that takes part in a trace. */
async function kickoff(
  system: System,
  automation: string,
  body: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<string> {
  const answer = await system.client.post(`/automations/${automation}/kickoff`, body, { headers });
  expect(answer.status).toBe(200);
  return String(answer.body["kickoff_id"]);
}

/** The names from a span up to the caller's, or to where a parent is missing. */
function lineOf(span: CollectedSpan, spans: readonly CollectedSpan[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [span.name, ...(parent === undefined ? [span.parentSpanId] : lineOf(parent, spans))];
}

const named = (name: string) => (span: CollectedSpan) => span.name === name;

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

  test("a kickoff's trace goes through the API, the run and the delivery to the receiver", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const inputs = exampleInputs.research_crew;
    const authentication = { strategy: "bearer", token: "webhook-token" };
    const batched = { url: sink.url("/traced?key=of-the-receiver"), events: ["*"], realtime: false, authentication };
    const realtime = { url: sink.url("/single"), events: ["*"], realtime: true };
    const webhooks = [batched, realtime];
    const headers = { traceparent: traceparent(traceId), tracestate: "vendor=1" };
    const executionId = await kickoff(system, "research_crew", { inputs, webhooks }, headers);
    await system.client.ended(executionId);
    await Promise.all([sink.eventOfType(end, "/traced?key=of-the-receiver"), sink.eventOfType(end, "/single")]);
    const requests = sink.requests();
    const spans = await collector.until((all) => {
      const own = all.filter((span) => span.traceId === traceId);
      const attempts = own.filter(named("POST webhook"));
      // What is around an attempt ends after it.
      return (
        attempts.length === requests.length && attempts.every((each) => lineOf(each, own).at(-1) === caller) && own
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
        caller,
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

  test("a retry is a span and a traceparent of its own, with the same bytes", async () => {
    sink.script("/failing", [503, 200]);
    const webhooks = { url: sink.url("/failing"), events: [end] };
    const id = await kickoff(system, "research_crew", { inputs: exampleInputs.research_crew, webhooks }, {});
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
    // Nobody sent a trace: it begins with the kickoff.
    const root = await collector.until((spans) =>
      spans.find((span) => span.traceId === traceId && span.kind === "server"),
    );
    expect(root.parentSpanId).toBe("");
  });

  test("of a trace that is not sampled nothing is kept, and the receiver is told so", async () => {
    const traceId = "11f7651916cd43dd8448eb211c80319c";
    const webhooks = { url: sink.url("/unsampled"), events: [end] };
    const headers = { traceparent: traceparent(traceId, "00") };
    await kickoff(system, "research_crew", { inputs: exampleInputs.research_crew, webhooks }, headers);
    const [request] = await sink.received(1, "/unsampled");
    expect(request?.headers["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    // A kickoff after it is kept: what was to be exported before has been.
    const later = "22f7651916cd43dd8448eb211c80319c";
    const traced = { url: sink.url("/later"), events: [end] };
    const inputs = exampleInputs.research_crew;
    await kickoff(system, "research_crew", { inputs, webhooks: traced }, { traceparent: traceparent(later) });
    await collector.until((spans) => spans.some((span) => span.traceId === later && span.name === "POST webhook"));
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  test("what belongs to no kickoff or request makes no trace", () => {
    const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === "");
    expect(roots.filter(({ kind }) => kind !== "server")).toEqual([]);
  });
});

test("a killed run goes on in the same trace, and what it had begun is in it once and whole", async () => {
  await using collector = await OtlpCollector.start();
  await using sink = await WebhookSink.start();
  sink.script("", ({ path, nth }) => (path.startsWith("/gate/") && nth === 0 ? "hang" : 200));
  await using system = await startSystem({
    env: {
      AUTOMATIONS_DIR: "test/fixtures/automations",
      TEST_GATE_URL: sink.url(""),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_SERVICE_NAME: "ours",
    },
  });
  const traceId = "33f7651916cd43dd8448eb211c80319c";
  const id = await kickoff(system, "gated_crew", { inputs: { topic: "gates" } }, { traceparent: traceparent(traceId) });
  await sink.received(1, `/gate/${id}`);
  await collector.until((spans) => spans.some(named("execute_tool ask_desk")));
  await system.crewWorkers[0]!.kill("SIGKILL");
  await system.add("crew-worker");
  await system.client.ended(id);
  // The job of a turn ends after it; that of the killed one never did.
  const spans = await collector.until((all) => all.some(named("process runs")) && all);

  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(["ours"]));
  const work = spans.filter(({ traceId: of, scope }) => of === traceId && scope === "crewstream");
  expect(new Set(work.map(({ spanId }) => spanId)).size).toBe(work.length);
  const crews = work.filter(named("crew_kickoff gated_crew"));
  expect(crews.map((crew) => lineOf(crew, spans).slice(0, 3))).toEqual([
    ["crew_kickoff gated_crew", "run gated_crew", "process runs"],
  ]);
  // Its worker was killed after it and never came to end the span around it.
  const desk = work.find(named("execute_tool ask_desk"))!;
  expect(lineOf(desk, spans).slice(0, 5)).toEqual([
    "execute_tool ask_desk",
    "invoke_agent",
    "task ask",
    "crew_kickoff gated_crew",
    "run gated_crew",
  ]);
  expect(crews[0]!.startedAt).toBeLessThan(desk.startedAt);
});

test("a run that waited for a person goes on in its kickoff's trace, with a link to the answer's", async () => {
  await using collector = await OtlpCollector.start();
  await using system = await startSystem({
    env: {
      AUTOMATIONS_DIR: "test/fixtures/human",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      // Only a process that stops sends its spans here.
      OTEL_BSP_SCHEDULE_DELAY: "600000",
    },
  });
  const [traceId, answering] = ["44f7651916cd43dd8448eb211c80319c", "55f7651916cd43dd8448eb211c80319c"];
  const id = await kickoff(
    system,
    "reviewed_crew",
    { inputs: { topic: "order" } },
    { traceparent: traceparent(traceId) },
  );
  const paused = await system.crewWorkers[0]!.logged(({ msg, state }) => msg === "run.finished" && state === "PAUSED");
  expect(paused["executionId"]).toBe(id);
  const answer = { executionId: id, taskId: "draft", isApprove: true };
  await system.client.post("/resume", answer, { headers: { traceparent: traceparent(answering) } });
  await system.client.ended(id);
  await system.crewWorkers[0]!.logged(({ msg, state }) => msg === "run.finished" && state === "SUCCESS");
  expect(collector.spans).toEqual([]);
  await system[Symbol.asyncDispose]();

  const turns = collector.spans.filter(named("run reviewed_crew"));
  expect(turns.map((turn) => turn.traceId)).toEqual([traceId, traceId]);
  expect(turns.map(({ attributes }) => attributes["crewstream.run.end"])).toEqual(["PAUSED", "SUCCESS"]);
  expect(turns[1]?.links.map((link) => link.traceId)).toEqual([answering]);
  expect(collector.spans.filter(named("crew_kickoff reviewed_crew"))).toHaveLength(1);
  expect(new Set(collector.spans.map(({ service }) => service)).size).toBe(2);
});

test("without the variables nothing of OpenTelemetry is loaded, and the caller's context is passed on as it came", async () => {
  await using sink = await WebhookSink.start();
  await using system = await startSystem({
    env: { NODE_OPTIONS: "--import=./test/fixtures/processes/note-loads.ts" },
  });
  const context = { traceparent: traceparent("66f7651916cd43dd8448eb211c80319c"), tracestate: "vendor=1" };
  const run = (path: string, headers: Record<string, string>) => {
    const webhooks = { url: sink.url(path), events: [end] };
    return kickoff(system, "research_crew", { inputs: exampleInputs.research_crew, webhooks }, headers);
  };
  await run("/passed-on", context);
  await run("/without", {});
  await run("/invalid", { traceparent: "00-invalid-01", tracestate: "vendor=1" });
  const [passedOn] = await sink.received(1, "/passed-on");
  expect(passedOn?.headers).toMatchObject(context);
  for (const path of ["/without", "/invalid"]) {
    const [request] = await sink.received(1, path);
    expect(Object.keys(request?.headers ?? {}).filter((name) => name.startsWith("trace"))).toEqual([]);
  }
  const processes = [system.api, ...system.crewWorkers, ...system.deliveryWorkers];
  expect(processes.flatMap(({ logs }) => logs.filter(({ msg }) => msg === "loaded"))).toEqual([]);
});

test.each(["refuses", "hangs"])("a collector that %s harms nothing and is complained of once", async (how) => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (how === "refuses") server.close();
  using stack = new DisposableStack();
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  await using sink = await WebhookSink.start();
  await using system = await startSystem({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_EXPORT_TIMEOUT: "200",
      OTEL_BSP_SCHEDULE_DELAY: "20",
      OTEL_BSP_MAX_QUEUE_SIZE: "16",
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "8",
    },
  });
  const ids = await Promise.all(
    Array.from({ length: 5 }, () =>
      system.client.kickoff("research_crew", {
        inputs: exampleInputs.research_crew,
        webhooks: { url: sink.url("/events"), events: [end] },
      }),
    ),
  );
  for (const id of ids) expect(await system.client.ended(id)).toMatchObject({ state: "SUCCESS" });
  await sink.received(ids.length, "/events");
  const worker = system.crewWorkers[0]!;
  await worker.logged(({ msg }) => msg === "tracing.export_failed");
  expect(await worker.kill("SIGTERM")).toMatchObject({ code: 0 });
  expect(worker.logs.filter(({ msg }) => msg === "tracing.export_failed")).toHaveLength(1);
  expect(worker.logs.filter(({ level }) => Number(level) >= 50)).toEqual([]);

  // One that has its spans still to send gives up sooner than the exporter would.
  const unsent = { ...system.env, OTEL_BSP_SCHEDULE_DELAY: "600000", OTEL_BSP_EXPORT_TIMEOUT: "" };
  await using api = await startService("api", unsent);
  const { port } = await serviceReady(api);
  await fetch(`http://127.0.0.1:${String(port)}/api/v1/stats`);
  expect(await api.kill("SIGTERM")).toMatchObject({ code: 0 });
});

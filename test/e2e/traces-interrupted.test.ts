import { expect, test } from "vitest";
import { OtlpCollector } from "../support/otlp-collector.ts";
import { startSystem } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { lineOf, named, traceparent, tracedKickoff } from "../support/traced-runs.ts";

test("a killed run continues in the same trace, with each of its spans once and complete", async () => {
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
  const id = await tracedKickoff(
    system,
    "gated_crew",
    { inputs: { topic: "gates" } },
    { traceparent: traceparent(traceId) },
  );
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
  // Its worker was killed after it and never ended the span around it.
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

test("a run that waited for a person continues in its kickoff's trace, with a link to the answer's", async () => {
  await using collector = await OtlpCollector.start();
  await using system = await startSystem({
    env: {
      AUTOMATIONS_DIR: "test/fixtures/human",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      // Here only a stopping process exports its spans.
      OTEL_BSP_SCHEDULE_DELAY: "600000",
    },
  });
  const [traceId, answering] = ["44f7651916cd43dd8448eb211c80319c", "55f7651916cd43dd8448eb211c80319c"];
  const id = await tracedKickoff(
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

import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { serviceReady, startService } from "../support/service-process.ts";
import { startSystem } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { traceparent, tracedKickoff } from "../support/traced-runs.ts";
import { exampleInputs } from "./example-runs.ts";

const end = "crew_kickoff_completed";

test("without the variables nothing of OpenTelemetry is loaded, and the caller's context is passed on unchanged", async () => {
  await using sink = await WebhookSink.start();
  await using system = await startSystem({
    env: { NODE_OPTIONS: "--import=./test/fixtures/processes/note-loads.ts" },
  });
  const context = { traceparent: traceparent("66f7651916cd43dd8448eb211c80319c"), tracestate: "vendor=1" };
  const run = (path: string, headers: Record<string, string>) => {
    const webhooks = { url: sink.url(path), events: [end] };
    return tracedKickoff(system, "research_crew", { inputs: exampleInputs.research_crew, webhooks }, headers);
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

test.each(["refuses", "hangs"])("a collector that %s has no effect except one log line", async (how) => {
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

  // A process with spans still to export gives up sooner than the exporter would.
  const unsent = { ...system.env, OTEL_BSP_SCHEDULE_DELAY: "600000", OTEL_BSP_EXPORT_TIMEOUT: "" };
  await using api = await startService("api", unsent);
  const { port } = await serviceReady(api);
  await fetch(`http://127.0.0.1:${String(port)}/api/v1/stats`);
  expect(await api.kill("SIGTERM")).toMatchObject({ code: 0 });
});

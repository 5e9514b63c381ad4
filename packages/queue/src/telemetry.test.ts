import { createLogger, openTracing } from "@crewstream/service";
import { SpanKind } from "bullmq";
import { expect, test } from "vitest";
import { queueTelemetry } from "./telemetry.ts";

const log = createLogger({ name: "test", level: "silent" });

test("work within a trace has spans and propagates it; housekeeping and untraced work have none", async () => {
  const tracing = await openTracing("test", log, { OTEL_TRACES_EXPORTER: "otlp" });
  const { tracer, contextManager } = (await queueTelemetry(tracing))!;
  /** The propagation headers inside a span of this kind started here. */
  const within = (kind: SpanKind): Record<string, string> => {
    const span = tracer.startSpan("work", { kind });
    return JSON.parse(contextManager.getMetadata(span.setSpanOnContext(contextManager.active()))) as Record<
      string,
      string
    >;
  };
  for (const kind of [SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.INTERNAL]) expect(within(kind)).toEqual({});

  const around = tracing!.start({ name: "around", kind: "internal", parent: undefined });
  const [traceId] = /(?<=^00-)\w{32}/.exec(around.context.traceparent) ?? [];
  around.run(() => {
    expect(within(SpanKind.INTERNAL)).toEqual(around.context);
    for (const kind of [SpanKind.PRODUCER, SpanKind.CONSUMER]) {
      const { traceparent } = within(kind);
      expect(traceparent).toContain(`00-${traceId}-`);
      expect(traceparent).not.toBe(around.context.traceparent);
    }
  });
});

test("without tracing there is none", async () => {
  expect(await queueTelemetry(await openTracing("test", log, {}))).toBeUndefined();
});

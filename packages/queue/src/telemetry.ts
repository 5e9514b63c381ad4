import type { Tracing } from "@crewstream/service";
import { SpanKind, type Span, type Telemetry } from "bullmq";

/**
 * Spans for adding and taking jobs, and the trace context in each job: `bullmq-otel`, without the spans that BullMQ
 * makes of its housekeeping. An idle worker would begin a trace with each check for stalled jobs, and so would each
 * wake of the reconciler: only what belongs to a trace is recorded.
 * @returns undefined, with nothing loaded, if tracing is off
 */
export async function queueTelemetry(tracing: Tracing | undefined): Promise<Telemetry | undefined> {
  if (tracing === undefined) return undefined;
  const { BullMQOtel } = await import("bullmq-otel");
  const { tracer, contextManager } = new BullMQOtel();
  const isTraced = (context: Parameters<typeof contextManager.getMetadata>[0]): boolean =>
    contextManager.getMetadata(context) !== untraced;
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, context) =>
        options?.kind !== SpanKind.INTERNAL && isTraced(context ?? contextManager.active())
          ? tracer.startSpan(name, options, context)
          : silentSpan,
    },
  };
}

/** Propagation headers of a context without a span. */
const untraced = "{}";

const silentSpan: Span = {
  setSpanOnContext: (context: unknown) => context,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
};

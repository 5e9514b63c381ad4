import { waitAtMost, type TraceContext } from "@crewstream/contracts";
import {
  context as contexts,
  diag,
  DiagLogLevel,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace as traces,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { parseKeyPairsIntoRecord, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from "@opentelemetry/resources";
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Logger } from "./logger.ts";
import { samplerOf } from "./sampler.ts";
import type { TracingSettings } from "./tracing-settings.ts";
import type { SpanAttributes, SpanParent, SpanStart, TraceSpan, Tracing } from "./tracing.ts";

/** Minimum interval between log lines about an unreachable collector. */
const complainEveryMs = 5 * 60_000;
/** A stopping process waits this long for its last spans to be exported. */
const maxFlushMs = 1000;

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/**
 * OpenTelemetry tracing, exported in batches by OTLP/HTTP in the background. If the collector is slow or down, spans are
 * dropped, never waited for. One per process: it sets OpenTelemetry's globals, which `bullmq-otel` uses.
 */
export class OtlpTracing implements Tracing {
  readonly #ids = new ChosenIds();
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(service: string, settings: TracingSettings, log: Logger) {
    const complain = throttledComplaint(log);
    diag.setLogger(
      { error: complain, warn: complain, info: nothing, debug: nothing, verbose: nothing },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    const { batch, headers } = settings;
    this.#provider = new TracerProvider({
      idGenerator: this.#ids,
      sampler: samplerOf(settings),
      resource: defaultResource()
        .merge(resourceFromAttributes({ "service.name": service }))
        .merge(
          detectResources({
            detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
          }),
        ),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new OTLPTraceExporter({
            headers: Object.assign({}, ...headers.map((text) => parseKeyPairsIntoRecord(text))) as Record<
              string,
              string
            >,
          }),
          scheduledDelayMillis: batch.delayMs,
          maxQueueSize: batch.queue,
          maxExportBatchSize: batch.size,
          exportTimeoutMillis: batch.timeoutMs,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer("crewstream");
    contexts.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    traces.setGlobalTracerProvider(this.#provider);
  }

  start({ name, kind, parent, links = [], attributes = {}, at, id }: SpanStart): TraceSpan {
    this.#ids.next = id;
    const span = this.#tracer.startSpan(
      name,
      {
        kind: kinds[kind],
        attributes,
        links: links.flatMap((link) => traces.getSpanContext(toContext(link)) ?? []).map((context) => ({ context })),
        ...(at === undefined ? {} : { startTime: at }),
      },
      toContext(parent),
    );
    return new OtlpSpan(span);
  }

  current(): TraceContext | undefined {
    return fromContext(contexts.active());
  }

  parentIn(trace: TraceContext | undefined): SpanParent {
    const current = this.current();
    if (trace === undefined || current === undefined) return { parent: trace ?? current };
    return traceIdOf(current) === traceIdOf(trace) ? { parent: current } : { parent: trace, links: [current] };
  }

  async close(deadline: AbortSignal): Promise<void> {
    // The exporter has already logged what went wrong.
    await waitAtMost(this.#provider.shutdown().catch(nothing), maxFlushMs, deadline.aborted ? undefined : deadline);
  }
}

class OtlpSpan implements TraceSpan {
  readonly #span: Span;
  readonly #inside: Context;
  readonly context: TraceContext;

  constructor(span: Span) {
    this.#span = span;
    this.#inside = traces.setSpan(ROOT_CONTEXT, span);
    this.context = fromContext(this.#inside) ?? { traceparent: "" };
  }

  get recording(): boolean {
    return this.#span.isRecording();
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  end({ error, at }: { error?: string | undefined; at?: number | undefined } = {}): void {
    if (error !== undefined) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
      this.#span.setAttribute("error.type", error);
    }
    this.#span.end(at);
  }

  run<T>(code: () => T): T {
    return contexts.with(this.#inside, code);
  }
}

/** Random span ids, except that the next one can be set. Starting a span takes exactly one, synchronously. */
class ChosenIds extends RandomIdGenerator {
  next: string | undefined;

  override generateSpanId(): string {
    const id = this.next ?? super.generateSpanId();
    this.next = undefined;
    return id;
  }
}

function toContext(trace: TraceContext | undefined): Context {
  return trace === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, trace);
}

function fromContext(context: Context): TraceContext | undefined {
  const headers: Partial<TraceContext> = {};
  propagation.inject(context, headers);
  const { traceparent, tracestate } = headers;
  if (traceparent === undefined) return undefined;
  return tracestate === undefined || tracestate === "" ? { traceparent } : { traceparent, tracestate };
}

function traceIdOf({ traceparent }: TraceContext): string | undefined {
  return traceparent.split("-")[1];
}

function throttledComplaint(log: Logger): (message: string) => void {
  let quietUntil = 0;
  return (message) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + complainEveryMs;
    log.warn({ reason: message.slice(0, 300) }, "tracing.export_failed");
  };
}

function nothing(): void {
  // Not needed, and not worth a log line.
}

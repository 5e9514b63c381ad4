import type { TraceContext } from "@crewstream/contracts";

export type SpanAttributes = Record<string, string | number | boolean | string[]>;

/** A span's parent (undefined for a new trace) and the spans that it is linked to. */
export interface SpanParent {
  parent: TraceContext | undefined;
  links?: readonly TraceContext[];
}

export interface SpanStart extends SpanParent {
  /** Low cardinality: no ids. */
  name: string;
  kind: "server" | "client" | "internal";
  attributes?: SpanAttributes;
  /** In ms since 1970; default: now. */
  at?: number;
  /** 16 hexadecimal digits, for a span that another process may end; default: random. */
  id?: string;
}

/** Work that is shown in a trace. It is not exported before it has ended. */
export interface TraceSpan {
  readonly context: TraceContext;
  /** False if the trace is not sampled: then it is not recorded. */
  readonly recording: boolean;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** @param how.error a short, low-cardinality word for what went wrong, never a message */
  end(how?: { error?: string | undefined; at?: number | undefined }): void;
  /** Runs code as part of this span, which is the current one there, across every `await`. */
  run<T>(code: () => T): T;
}

/** Creates spans for this process's work, and sends them to a collector. */
export interface Tracing {
  start(span: SpanStart): TraceSpan;
  /** The span that the calling code runs in. */
  current(): TraceContext | undefined;
  /**
   * The parent of work that belongs to `trace`: the current span if it is in the same trace, else
   * `trace` itself, with a link to the current span.
   */
  parentIn(trace: TraceContext | undefined): SpanParent;
  /** Exports the remaining spans; gives up after a while or when `deadline` aborts. */
  close(deadline: AbortSignal): Promise<void>;
}

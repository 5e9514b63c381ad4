import type { TraceContext } from "@crewstream/contracts";

export type SpanAttributes = Record<string, string | number | boolean | string[]>;

/** Where a span stands: under what, undefined for a trace of its own, and what it has to do with besides. */
export interface SpanPlace {
  parent: TraceContext | undefined;
  links?: readonly TraceContext[];
}

export interface SpanStart extends SpanPlace {
  /** Of few values: no ids. */
  name: string;
  kind: "server" | "client" | "internal";
  attributes?: SpanAttributes;
  /** In ms since 1970; now when left out. */
  at?: number;
  /** 16 hexadecimal digits, for a span that another process may end; random when left out. */
  id?: string;
}

/** A piece of work that a trace shows. Nothing is exported of it before it has ended. */
export interface TraceSpan {
  readonly context: TraceContext;
  /** False when the trace is not sampled: then nothing of it is kept. */
  readonly recording: boolean;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** @param how.error a short word of few values for what went wrong, never a message */
  end(how?: { error?: string | undefined; at?: number | undefined }): void;
  /** Runs code as part of this span: it is the current one there, across every `await`. */
  run<T>(code: () => T): T;
}

/** Makes spans of what this process does, and sends them to a collector. */
export interface Tracing {
  start(span: SpanStart): TraceSpan;
  /** The span that the calling code runs in. */
  current(): TraceContext | undefined;
  /**
   * The place of work that belongs to `trace`: under the current span when that is of the same trace, else right under
   * `trace`, with a link to the current span.
   */
  placeIn(trace: TraceContext | undefined): SpanPlace;
  /** Sends what is left, and gives up when that takes long or `deadline` aborts. */
  close(deadline: AbortSignal): Promise<void>;
}

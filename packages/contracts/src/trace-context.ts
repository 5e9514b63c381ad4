/** The position of work in a distributed trace: the two headers of W3C Trace Context, as they are sent. */
export interface TraceContext {
  traceparent: string;
  tracestate?: string;
}

/** Version, trace id, parent id and flags; a later version may append to it. All-zero ids are invalid. */
const traceparentPattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
/** Printable ASCII; the specification asks to propagate at most 512 characters. */
const tracestatePattern = /^[\x20-\x7e]{1,512}$/;
const maxTraceparentLength = 256;

/**
 * The trace context that came with a request, or undefined if there is no valid one: an invalid one is ignored, as W3C
 * Trace Context §3.2.2 requires. A `tracestate` that cannot be propagated is omitted.
 */
export function parseTraceContext(headers: Readonly<Record<string, unknown>>): TraceContext | undefined {
  const { traceparent, tracestate } = headers as { traceparent?: unknown; tracestate?: unknown };
  if (typeof traceparent !== "string" || traceparent.length > maxTraceparentLength) return undefined;
  const [, version, more] = traceparentPattern.exec(traceparent) ?? [];
  if (version === undefined || (version === "00" && more !== undefined)) return undefined;
  const state = typeof tracestate === "string" && tracestatePattern.test(tracestate) ? tracestate : undefined;
  return state === undefined ? { traceparent } : { traceparent, tracestate: state };
}

/** Where work belongs in a distributed trace: the two headers of W3C Trace Context, as they are sent. */
export interface TraceContext {
  traceparent: string;
  tracestate?: string;
}

/** Version, trace id, parent id and flags; a later version may add to it. Ids of zeros only are void. */
const traceparentPattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
/** Printable ASCII; the recommendation asks for at most 512 characters to be passed on. */
const tracestatePattern = /^[\x20-\x7e]{1,512}$/;
const maxTraceparentLength = 256;

/**
 * The trace context that came with a request, or undefined when there is none that is valid: a bad one is ignored, as
 * W3C Trace Context §3.2.2 wants. A `tracestate` that cannot be passed on is left out.
 */
export function parseTraceContext(headers: Readonly<Record<string, unknown>>): TraceContext | undefined {
  const { traceparent, tracestate } = headers as { traceparent?: unknown; tracestate?: unknown };
  if (typeof traceparent !== "string" || traceparent.length > maxTraceparentLength) return undefined;
  const [, version, more] = traceparentPattern.exec(traceparent) ?? [];
  if (version === undefined || (version === "00" && more !== undefined)) return undefined;
  const state = typeof tracestate === "string" && tracestatePattern.test(tracestate) ? tracestate : undefined;
  return state === undefined ? { traceparent } : { traceparent, tracestate: state };
}

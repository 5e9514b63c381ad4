import type { Span } from "./spans.ts";

export interface FlatSpan {
  span: Span;
  /** How many spans it lies in. */
  depth: number;
}

/** The rows of a tree of spans from top to bottom, without what lies in a folded one. */
export function flatten(spans: readonly Span[], folded: ReadonlySet<string>, depth = 0): FlatSpan[] {
  return spans.flatMap((span) => [
    { span, depth },
    ...(folded.has(span.id) ? [] : flatten(span.children, folded, depth + 1)),
  ]);
}

import type { Span } from "./spans.ts";

export interface FlatSpan {
  span: Span;
  /** Its nesting depth. */
  depth: number;
}

/** The rows of a tree of spans from top to bottom, without the contents of collapsed ones. */
export function flatten(spans: readonly Span[], folded: ReadonlySet<string>, depth = 0): FlatSpan[] {
  return spans.flatMap((span) => [
    { span, depth },
    ...(folded.has(span.id) ? [] : flatten(span.children, folded, depth + 1)),
  ]);
}

import { expect } from "vitest";
import type { CollectedSpan } from "./otlp-spans.ts";
import type { System } from "./services.ts";

export const callerSpan = "b7ad6b7169203331";

/** A `traceparent` of a new trace. */
export function traceparent(traceId: string, flags = "01"): string {
  return `00-${traceId}-${callerSpan}-${flags}`;
}

/** Kicks off as a client that takes part in a trace. */
export async function tracedKickoff(
  system: System,
  automation: string,
  body: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<string> {
  const answer = await system.client.post(`/automations/${automation}/kickoff`, body, { headers });
  expect(answer.status).toBe(200);
  return String(answer.body["kickoff_id"]);
}

/** The names from a span up to the caller's, or to where a parent is missing. */
export function lineOf(span: CollectedSpan, spans: readonly CollectedSpan[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [span.name, ...(parent === undefined ? [span.parentSpanId] : lineOf(parent, spans))];
}

export const named = (name: string) => (span: CollectedSpan) => span.name === name;

import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import type { SinkEvent, SinkRequest } from "./sink-reply.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[57][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Requirements for a request. */
export interface ExpectedRequest {
  executionId: string;
  /** `whsec_…`, with which the request must be signed. */
  secret: string;
  /** The whole `authorization` header; undefined if there must be none. */
  authorization: string | undefined;
  attempt?: number;
}

export function sequenceOf(event: SinkEvent): number {
  return Number(event.data["emission_sequence"]);
}

export function typesOf(events: readonly SinkEvent[]): string[] {
  return events.map(({ type }) => type);
}

/** Types in order, consecutive streamed chunks as one: their number depends on the length of texts. */
export function outlineOf(events: readonly SinkEvent[]): string[] {
  return typesOf(events).filter((type, at, all) => type !== "llm_stream_chunk" || all[at - 1] !== type);
}

export function inSequence(events: readonly SinkEvent[]): SinkEvent[] {
  return [...events].sort((a, b) => sequenceOf(a) - sequenceOf(b));
}

/** Fails unless the events are numbered from 1 without gaps, in this order. */
export function expectGapless(events: readonly SinkEvent[]): void {
  expect(events.map(sequenceOf)).toEqual(events.map((_, at) => at + 1));
}

/** Fails unless a request is a webhook as documented: nothing but the documented body, its headers, its signature. */
export function expectWebhook(request: SinkRequest, expected: ExpectedRequest): void {
  const { headers, events, rawBody } = request;
  expect(request.method).toBe("POST");
  expect(rawBody).toBe(JSON.stringify({ events }));
  expect(events.length).toBeGreaterThan(0);
  for (const event of events) expectEnvelope(event, expected.executionId);
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(rawBody)),
    "crewstream-execution-id": expected.executionId,
    "crewstream-sequence": `${sequenceOf(events[0]!)}-${sequenceOf(events.at(-1)!)}`,
    "user-agent": expect.stringMatching(/^crewstream\/\d+\.\d+\.\d+$/) as string,
    "webhook-attempt": String(expected.attempt ?? 1),
    "webhook-id": expect.stringMatching(/^[A-Za-z0-9_-]+$/) as string,
  });
  expect(headers["authorization"]).toBe(expected.authorization);
  expect(new Webhook(expected.secret).verify(rawBody, headers)).toEqual({ events });
}

/** The envelope has five fields in this order, and its ids are those of its data. */
function expectEnvelope(event: SinkEvent, executionId: string): void {
  expect(Object.keys(event)).toEqual(["id", "execution_id", "timestamp", "type", "data"]);
  expect(event.id).toMatch(uuid);
  expect(event.data["event_id"]).toBe(event.id);
  expect(event.execution_id).toBe(executionId);
  expect(new Date(event.timestamp).toISOString()).toBe(event.timestamp);
  expect(event.type).toMatch(/^[A-Za-z][A-Za-z0-9_.:-]*$/);
}

/**
 * The events in a feed's requests, in sequence. Fails if an attempt of a delivery differs from its others in bytes, if
 * a delivery was not acknowledged in the end, and if an event is in two deliveries.
 */
export function deliveredOnce(requests: readonly SinkRequest[]): SinkEvent[] {
  const deliveries = new Map<string, SinkRequest[]>();
  for (const request of requests) {
    const id = request.headers["webhook-id"] ?? "";
    deliveries.set(id, [...(deliveries.get(id) ?? []), request]);
  }
  const events: SinkEvent[] = [];
  for (const [id, attempts] of deliveries) {
    expect(new Set(attempts.map(({ rawBody }) => rawBody)).size, `bodies of ${id}`).toBe(1);
    expect(
      attempts.some(({ status }) => status === 200),
      `${id} acknowledged`,
    ).toBe(true);
    events.push(...attempts[0]!.events);
  }
  const ids = events.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  return inSequence(events);
}

/** Requests with events of this execution. */
export function requestsOf(requests: readonly SinkRequest[], executionId: string): SinkRequest[] {
  return requests.filter(({ headers }) => headers["crewstream-execution-id"] === executionId);
}

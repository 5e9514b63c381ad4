import { isObject, parseJson, webhookHeaders } from "@crewstream/contracts";
import type { InspectedRequest } from "@crewstream/redis";
import { verify } from "@crewstream/receiver";

/** Headers whose values are not secret. Any other may contain our credentials for a receiver. */
const plainHeaders = /^(accept(-.*)?|connection|content-.*|host|user-agent|traceparent|webhook-.*|crewstream-.*)$/;

/** A request as it is stored: its signature verified over the raw bytes, its secrets removed. */
export function inspect(request: {
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  secrets: readonly string[];
  status: number;
}): InspectedRequest {
  const { headers, body, secrets, status } = request;
  const kept = Object.entries(headers).map(([name, value]) => [name, shown(name, String(value))] as const);
  const base = { at: Date.now(), status, headers: Object.fromEntries(kept), body: body.toString("utf8") };
  try {
    verify({ headers, body, secrets });
    return { ...base, verified: true };
  } catch (error) {
    return { ...base, verified: false, problem: error instanceof Error ? error.message : "not verified" };
  }
}

function shown(name: string, value: string): string {
  if (plainHeaders.test(name)) return value;
  const scheme = name === "authorization" ? /^(bearer|basic) /i.exec(value)?.[0] : undefined;
  return `${scheme ?? ""}[hidden]`;
}

/** All requests of one delivery, newest first: its attempts as they arrived. */
export interface InspectedDelivery {
  id: string | undefined;
  attempts: InspectedRequest[];
}

/** Groups requests (newest first) by their `webhook-id`; one without is a group of its own. */
export function groupByDelivery(requests: readonly InspectedRequest[]): InspectedDelivery[] {
  const groups = new Map<string, InspectedDelivery>();
  for (const [index, request] of requests.entries()) {
    const id = request.headers[webhookHeaders.id];
    const key = id ?? `#${index}`;
    const group = groups.get(key) ?? { id, attempts: [] };
    group.attempts.push(request);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export interface ShownEvent {
  type: string;
  seq: number | undefined;
  timestamp: string | undefined;
  json: string;
}

/** The events of a body, or undefined if it is not a batch (a legacy body, or not ours). */
export function eventsOf(body: string): ShownEvent[] | undefined {
  const parsed = parseJson(body);
  const events: unknown = isObject(parsed) ? parsed["events"] : undefined;
  if (!Array.isArray(events)) return undefined;
  return events.map((event: unknown) => {
    const fields = isObject(event) ? event : {};
    const data = isObject(fields["data"]) ? fields["data"] : {};
    const { type, timestamp } = fields;
    const seq = data["emission_sequence"];
    return {
      type: typeof type === "string" ? type : "(no type)",
      seq: typeof seq === "number" ? seq : undefined,
      timestamp: typeof timestamp === "string" ? timestamp : undefined,
      json: JSON.stringify(event, undefined, 2),
    };
  });
}

/** A body for display. */
export function prettyBody(body: string): string {
  const parsed = parseJson(body);
  return parsed === undefined ? body : JSON.stringify(parsed, undefined, 2);
}

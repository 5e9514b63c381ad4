import { v5 as uuidv5 } from "uuid";
import { z } from "zod";

/** An execution's id is its `kickoff_id` and every event's `execution_id`: a UUIDv7, so ids sort by start. */
export const executionIdSchema = z.uuid({ version: "v7" }).brand("ExecutionId");
export type ExecutionId = z.infer<typeof executionIdSchema>;

/**
 * A version 7 (RFC 9562) is a version 4 with the time in its first 48 bits, and Node caches random bytes for version 4.
 */
export function newExecutionId(): ExecutionId {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}` as ExecutionId;
}

/** When an execution was created, in ms since 1970: the first 48 bits of its id, a UUIDv7. */
export function createdAt(id: ExecutionId): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The id as the store uses it, or undefined for anything that is not a valid execution id. */
export function parseExecutionId(text: string): ExecutionId | undefined {
  const parsed = executionIdSchema.safeParse(text.toLowerCase());
  return parsed.success ? parsed.data : undefined;
}

/**
 * An event's id, the same on every replay of the run: a UUIDv5 of where in the execution it was emitted. `path` names
 * the unit of work, `ordinal` counts the events of this type there, from 0.
 */
export function eventId(executionId: ExecutionId, path: string, type: string, ordinal: number): string {
  return uuidv5(`${path}\n${type}\n${ordinal}`, executionId);
}

/** A delivery's address: its feed and the sequence number of its first event. */
export interface DeliveryAddress {
  executionId: ExecutionId;
  feed: number;
  first: number;
}

const deliveryIdPattern =
  /^dlv_([0-9a-f]{8})([0-9a-f]{4})(7[0-9a-f]{3})([89ab][0-9a-f]{3})([0-9a-f]{12})_(\d{1,6})_(\d{1,15})$/;

/**
 * A delivery's `webhook-id`. It is made from its address, so a delivery is found without an index, and an event, which
 * is the first of at most one delivery per feed, can never be the first of two ids. It contains no `.`, which Standard
 * Webhooks 1.0 reserves as the separator of the signed text.
 */
export function deliveryId(address: DeliveryAddress): string {
  return `dlv_${address.executionId.replaceAll("-", "")}_${address.feed}_${address.first}`;
}

/** The inverse of {@link deliveryId}; undefined for text that is not a delivery id. */
export function parseDeliveryId(text: string): DeliveryAddress | undefined {
  const match = deliveryIdPattern.exec(text);
  if (match === null) return undefined;
  const executionId = parseExecutionId(match.slice(1, 6).join("-"));
  if (executionId === undefined) return undefined;
  return { executionId, feed: Number(match[6]), first: Number(match[7]) };
}

/**
 * An endpoint is an origin (scheme, host, port); its id is that origin in base64url, which is safe in a path and
 * reversible.
 */
export function endpointId(url: URL): string {
  return `ep_${btoa(url.origin).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** The origin of an endpoint id; undefined for text that is not an endpoint id. */
export function endpointOrigin(id: string): string | undefined {
  if (!id.startsWith("ep_")) return undefined;
  try {
    const origin = atob(id.slice(3).replaceAll("-", "+").replaceAll("_", "/"));
    return new URL(origin).origin === origin ? origin : undefined;
  } catch {
    return undefined;
  }
}

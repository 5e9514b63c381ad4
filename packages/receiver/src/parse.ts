import {
  parseJson,
  schemaFor,
  webhookBodySchema,
  type CatalogueEvent,
  type EventEnvelope,
  type KnownEventName,
} from "@crewstream/contracts";
import { z } from "zod";
import { BodyError } from "./errors.ts";

/** An event of the catalogue with valid `data`: narrows by `type`. */
export type KnownEvent = CatalogueEvent & { known: true };

/** An event of a type that this version does not know: a custom one of the automation, or a newer one. */
export interface UnknownEvent extends EventEnvelope {
  known: false;
  /**
   * Set if the type is known, but its `data` does not match this version's schema: which fields, and how they differ.
   */
  mismatch?: string;
}

/** What a receiver gets: check `known` first, then `type`. */
export type ReceivedEvent = KnownEvent | UnknownEvent;

/**
 * The events of a request's body, in order of `emission_sequence`. Call it with a verified body only. Throws {@link
 * BodyError} if it is not `{"events":[…]}`.
 */
export function parseEvents(body: string | Uint8Array): ReceivedEvent[] {
  const text = typeof body === "string" ? body : new TextDecoder().decode(body);
  const value = parseJson(text);
  if (value === undefined) throw new BodyError("The body is not JSON.");
  const parsed = webhookBodySchema.safeParse(value);
  if (!parsed.success) {
    throw new BodyError(`The body is not {"events":[…]}: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data.events.map(typed);
}

function typed(event: EventEnvelope): ReceivedEvent {
  const schema = schemaFor(event.type);
  if (schema === undefined) return { ...event, known: false };
  const data = schema.safeParse(event.data);
  if (!data.success) return { ...event, known: false, mismatch: z.prettifyError(data.error) };
  return knownEvent(event, data.data);
}

function knownEvent(event: EventEnvelope, data: Record<string, unknown>): KnownEvent {
  return { ...event, type: event.type as KnownEventName, data, known: true } as KnownEvent;
}

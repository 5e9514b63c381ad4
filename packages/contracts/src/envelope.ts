import { z } from "zod";

/** One event as a receiver gets it: an item of CrewAI AMP's `{"events":[…]}` (its webhook streaming page). */
export const eventEnvelopeSchema = z.object({
  id: z.string(),
  execution_id: z.string(),
  /** ISO 8601, UTC, with `Z`. */
  timestamp: z.string(),
  type: z.string(),
  data: z.looseObject({ emission_sequence: z.number().int().positive() }),
});
export type EventEnvelope = z.infer<typeof eventEnvelopeSchema>;

/**
 * The body of a webhook request; it has no other fields. Empty only in a delivery that announces that its feed is
 * complete.
 */
export const webhookBodySchema = z.object({ events: z.array(eventEnvelopeSchema) });
export type WebhookBody = z.infer<typeof webhookBodySchema>;

/**
 * An event as the stream stores it: `json` is the whole envelope, serialised once when it was published. `seq` is
 * `data.emission_sequence`, and the entry's position in the stream.
 */
export interface StoredEvent {
  seq: number;
  id: string;
  type: string;
  json: string;
}

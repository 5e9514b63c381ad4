import { feedTotalsSchema } from "@crewstream/contracts";
import { z } from "zod";

/** A delivery that is sealed, parked or dead-lettered. Its body is rendered again from its events, byte for byte. */
export const deliveryRecordSchema = z.object({
  /** Sequence numbers of its first and last selected event. */
  first: z.number(),
  last: z.number(),
  events: z.number(),
  sealedAt: z.number(),
  /** Number of attempts made. */
  attempts: z.number(),
  /** When the last attempt began; ms. */
  lastAt: z.number().optional(),
  /** When the next attempt is due, for a parked or held delivery; ms. */
  nextAt: z.number().optional(),
  /** Outcome of the last attempt, as a kind of `delivery`'s outcome union, and the status if there was one. */
  outcome: z.string().optional(),
  status: z.number().optional(),
  reason: z.string().optional(),
  /** Attempts that do not count towards the schedule: those before a person restarted it, and those brought forward. */
  scheduleFrom: z.number().optional(),
  /** When that was; ms. */
  revivedAt: z.number().optional(),
  /** When the next attempt would be due if it had not been brought forward; ms. An earlier one is an extra attempt. */
  expeditedFrom: z.number().optional(),
  /** In the last delivery of a feed, if that was known when it was sealed: totals of the whole feed. */
  complete: feedTotalsSchema.optional(),
});
export type DeliveryRecord = z.infer<typeof deliveryRecordSchema>;

/**
 * Where a delivery that is not settled waits, and the letter before its record in the `open` hash.
 *
 *   sealed  recorded; its first attempt is to be made or in flight. It becomes delivered, parked, held or dead-lettered.
 *   parked  failed; a job in a retries queue makes its next attempt at `nextAt`, and its feed continues. It becomes
 *           delivered, parked again, dead-lettered or discarded.
 *   held    failed; its strict feed waits with it until `nextAt`. It becomes delivered, held again, dead-lettered or
 *           discarded.
 *
 * Delivered and discarded deliveries have no record. A dead letter, in the `dead` hash, becomes parked when a person
 * retries it. `advance-feed.lua` makes the transitions of attempts, `revive-delivery.lua` and `discard-delivery.lua`
 * those of people, `close-feed.lua` dead-letters what is open when a subscription ends.
 */
const stateLetters = { sealed: "s", parked: "p", held: "h" } as const;

export type DeliveryState = keyof typeof stateLetters;
export type OpenDelivery = DeliveryRecord & { state: DeliveryState };

/** Reads a value of the `open` hash, whose first letter is the state. */
export function parseOpenDelivery(text: string): OpenDelivery {
  const record = deliveryRecordSchema.parse(JSON.parse(text.slice(1)));
  return { ...record, state: stateOf(text, record) };
}

function stateOf(text: string, { nextAt }: DeliveryRecord): DeliveryState {
  if (text.startsWith(stateLetters.parked)) return "parked";
  // A held delivery was stored as a sealed one that has a time, until it had a letter of its own.
  return text.startsWith(stateLetters.held) || nextAt !== undefined ? "held" : "sealed";
}

/** Whether it has failed and will be retried: it is parked, or held at the head of a strict feed. */
export function waitsForRetry({ state }: OpenDelivery): boolean {
  return state !== "sealed";
}

/** One line of the attempt log. */
export const attemptSchema = z.object({
  id: z.string(),
  executionId: z.string(),
  endpoint: z.string(),
  feed: z.number(),
  attempt: z.number(),
  at: z.number(),
  durationMs: z.number(),
  events: z.number(),
  outcome: z.string(),
  status: z.number().optional(),
  reason: z.string().optional(),
  /** The first 2 KiB of the response body. */
  response: z.string().optional(),
  /** The beginning of its headers, unless it was an acknowledgement. */
  headers: z.record(z.string(), z.string()).optional(),
  settled: z.enum(["delivered", "parked", "dead", "held"]),
  nextAt: z.number().optional(),
  /** As in the delivery's record, which is deleted once it is acknowledged. */
  complete: feedTotalsSchema.optional(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** What becomes of a delivery after an attempt. */
export interface Settlement {
  record: DeliveryRecord;
  outcome: "delivered" | "parked" | "dead" | "held";
  attempt?: Attempt;
}

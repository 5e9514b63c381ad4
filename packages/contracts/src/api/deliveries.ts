import { z } from "zod";
import { absentable, emptyAsAbsent } from "./absent.ts";
import { pageOf, pageQuerySchema, timeSchema } from "./page.ts";

/** A delivery's state: sealed, waiting for a retry, acknowledged, or given up. */
export const deliveryStates = ["pending", "retrying", "delivered", "dead"] as const;
export type DeliveryViewState = (typeof deliveryStates)[number];

export const deliverySchema = z.object({
  id: z.string().describe("The `webhook-id`"),
  state: z.enum(deliveryStates),
  execution_id: z.string(),
  automation: z.string().nullable().describe("The run's; null if the run has expired"),
  feed: z.number().int(),
  endpoint: z.string().describe("Id of the endpoint"),
  origin: z.string().describe("Scheme, host and port of the endpoint"),
  url: z.string().nullable().describe("Values in its query are redacted; null if the run has expired"),
  events: z.number().int(),
  first: z
    .number()
    .int()
    .nullable()
    .describe("Sequence number of its first event; for a delivery without events the number after the stream's last"),
  last: z.number().int().nullable(),
  attempts: z.number().int().describe("Attempts made"),
  sealed_at: timeSchema.nullable(),
  last_attempt_at: timeSchema.nullable(),
  next_attempt_at: timeSchema.nullable().describe("As things are now; null while its endpoint is paused"),
  waits_for: z
    .enum(["schedule", "endpoint"])
    .nullable()
    .describe("What decides that: its retry schedule, or its endpoint, which is failing, throttled or paused"),
  outcome: z.string().nullable().describe("Outcome of the last attempt"),
  status: z.number().int().nullable().describe("Status of the endpoint's last response"),
  reason: z.string().nullable(),
  duration_ms: z.number().nullable().describe("How long the acknowledged attempt took; null before one is"),
});
export type Delivery = z.infer<typeof deliverySchema>;

export const attemptViewSchema = z.object({
  attempt: z.number().int(),
  at: timeSchema,
  duration_ms: z.number(),
  outcome: z.string(),
  settled: z.string().describe("The delivery's state after it"),
  status: z.number().int().nullable(),
  reason: z.string().nullable(),
  response: z.string().nullable().describe("The first 2 KiB of the response body"),
  response_headers: z
    .record(z.string(), z.string())
    .nullable()
    .describe("The first 1 KiB of the response headers, without secrets; null for none and for an acknowledgement"),
  next_attempt_at: timeSchema.nullable(),
});
export type AttemptView = z.infer<typeof attemptViewSchema>;

/** One delivery, with what is left of it in the attempt log. */
export const deliveryDetailSchema = deliverySchema.extend({
  url: z.string().describe("Values in its query are redacted"),
  form: z.string(),
  realtime: z.boolean(),
  ordering: z.string(),
  replay_of: z.string().nullable(),
  selects: z.array(z.string()).describe("What its subscription selects"),
  attempt_log: z.array(attemptViewSchema).describe("Newest first"),
  event_list: z
    .array(z.object({ seq: z.number().int(), id: z.string(), type: z.string() }))
    .describe("Its first events; all of them are at `/executions/:id/events`"),
});
export type DeliveryDetail = z.infer<typeof deliveryDetailSchema>;

/** The response to `GET /deliveries/:id/request`. */
export const deliveryRequestSchema = z.object({
  method: z.literal("POST"),
  url: z.string().describe("Values in its query are redacted"),
  attempt: z
    .number()
    .int()
    .describe("The attempt that these headers belong to: the last one, or the upcoming first one"),
  headers: z
    .record(z.string(), z.string())
    .describe("As sent, without trace context; authentication and signatures are redacted"),
  body: z.string().describe("The same bytes on every attempt; the first 256 KiB"),
  body_bytes: z.number().int().describe("Length of the whole body"),
});
export type DeliveryRequest = z.infer<typeof deliveryRequestSchema>;

export const deliveriesQuerySchema = pageQuerySchema.extend({
  state: z.enum(deliveryStates, `one of ${deliveryStates.join(", ")}`).default("retrying"),
  execution_id: emptyAsAbsent(z.string().max(100)).describe("Only deliveries of this execution"),
  endpoint: emptyAsAbsent(z.string().max(1000)).describe("Only deliveries to this endpoint"),
  outcome: emptyAsAbsent(z.string().max(100)).describe("Only those whose last attempt had this outcome"),
  status: emptyAsAbsent(z.coerce.number("a status such as 500").int()).describe(
    "Only those answered with this status last",
  ),
  reason: emptyAsAbsent(z.string().max(2000)).describe("Only those whose last failure had this reason"),
});
export const deliveriesPageSchema = pageOf(deliverySchema);

export const failureGroupsQuerySchema = z.object({
  state: z.enum(["retrying", "dead"], 'must be "retrying" or "dead"').default("dead"),
  endpoint: emptyAsAbsent(z.string().max(1000)).describe("Only deliveries to this endpoint"),
});

/** Failed deliveries grouped by their failure. */
export const failureGroupSchema = z.object({
  endpoint: z.string(),
  origin: z.string(),
  outcome: z.string().nullable(),
  status: z.number().int().nullable(),
  reason: z.string().nullable(),
  deliveries: z.number().int(),
  events: z.number().int(),
  example: z.string().describe("Id of the newest of them"),
});
export type FailureGroup = z.infer<typeof failureGroupSchema>;

export const failureGroupsSchema = z.object({
  items: z.array(failureGroupSchema).describe("Largest first"),
  looked_at: z.number().int().describe("How many of the newest were grouped"),
  total: z.number().int(),
});

/** Which deliveries a bulk operation selects; every field given must match. */
export const retryFilterSchema = z.object({
  state: z.enum(["retrying", "dead"], 'must be "retrying" or "dead"'),
  endpoint: absentable(z.string().max(1000)),
  execution_id: absentable(z.string().max(100)),
  outcome: absentable(z.string().max(100)),
  status: absentable(z.number().int()),
  reason: absentable(z.string().max(2000)),
});

/** The body of `POST /deliveries/retry` and of `POST /deliveries/discard`. */
export const bulkRetryRequestSchema = z.object({
  filter: retryFilterSchema,
  dry_run: z.boolean().default(false).describe("Counts only"),
});

/** A bulk retry or discard and its progress; `id` is null for a dry run. */
export const bulkRetrySchema = z.object({
  id: z.string().nullable(),
  state: z.enum(["counted", "running", "finished"]),
  total: z.number().int(),
  done: z.number().int(),
  skipped: z
    .number()
    .int()
    .describe(
      "Left as they were: not retried as their endpoint is paused, or not discarded as an attempt is in flight",
    ),
});
export type BulkRetry = z.infer<typeof bulkRetrySchema>;

export const deliveryActionSchema = z.object({ id: z.string(), result: z.enum(["retrying", "discarded"]) });

/** A message of `GET /deliveries/live`: one attempt, sent when it is made. */
export const liveAttemptSchema = z.object({
  id: z.string(),
  execution_id: z.string(),
  feed: z.number().int(),
  endpoint: z.string(),
  origin: z.string(),
  attempt: z.number().int(),
  at: timeSchema,
  duration_ms: z.number(),
  events: z.number().int(),
  outcome: z.string(),
  settled: z.string(),
  status: z.number().int().nullable(),
  reason: z.string().nullable(),
});
export type LiveAttempt = z.infer<typeof liveAttemptSchema>;

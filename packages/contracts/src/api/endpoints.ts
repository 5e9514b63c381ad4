import { z } from "zod";
import { emptyAsAbsent } from "./absent.ts";
import { automationStatsQuerySchema } from "./automation-stats.ts";
import { pageOf, timeSchema } from "./page.ts";
import { processViewSchema } from "./processes.ts";

/** Totals of deliveries over one or several minutes. */
export const tallySchema = z.object({
  delivered: z.number().int().describe("Requests that were acknowledged"),
  failed: z.number().int().describe("Requests that were not"),
  events: z.number().int().describe("Events acknowledged"),
  published: z.number().int().describe("Events published"),
  success_rate: z.number().nullable().describe("Share of the requests that were acknowledged; null without any"),
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
});
export type TallyView = z.infer<typeof tallySchema>;

export const minuteSchema = tallySchema.extend({ at: timeSchema.describe("Start of the minute") });

/** An endpoint's health for people, with the same words in API, command line and dashboard. */
export const endpointHealths = ["healthy", "degraded", "failing", "throttled", "paused", "disabled"] as const;
export type EndpointHealth = (typeof endpointHealths)[number];

/** An endpoint: an origin that webhooks go to. */
export const endpointSchema = z.object({
  id: z.string(),
  origin: z.string(),
  used_at: timeSchema.nullable(),
  health: z
    .enum(endpointHealths)
    .describe(
      "`failing`: its breaker is open, or nothing was acknowledged lately; `degraded`: less than 95 % was; `throttled`: it " +
        "asked to wait; `paused`: by an operator; `disabled`: it ended its subscriptions (410)",
    ),
  refusal: z.string().nullable().describe("How it last refused a delivery although it is up, e.g. `rejected 401`"),
  paused: z.boolean().describe("By an operator"),
  breaker: z.object({
    state: z.enum(["closed", "open"]),
    reason: z.string().nullable().describe("Its last failure"),
    opened_at: timeSchema.nullable(),
    next_probe_at: timeSchema.nullable(),
    wait_until: timeSchema.nullable().describe("Until when the endpoint asked us to wait (`Retry-After`)"),
    failed_probes: z.number().int().describe("Consecutive, since it opened"),
  }),
  in_flight: z.number().int().describe("Requests in flight, of all processes, as of the last few seconds"),
  retrying: z.number().int(),
  dead: z.number().int(),
  recent: tallySchema.describe("The last 15 minutes"),
});
export type Endpoint = z.infer<typeof endpointSchema>;
export const endpointsPageSchema = pageOf(endpointSchema);

/** One endpoint with its last hour. */
export const endpointDetailSchema = endpointSchema.extend({ minutes: z.array(minuteSchema) });

/** The query of `GET /stats/history`. */
export const statsHistoryQuerySchema = automationStatsQuerySchema.extend({
  endpoint: emptyAsAbsent(z.string().max(1000)).describe("Only deliveries to this endpoint"),
});

/** The response to `GET /stats/history`. */
export const statsHistorySchema = z.object({
  steps: z
    .array(minuteSchema)
    .describe("Minutes of 15m and 1h, hours of 24h and 7d, oldest first; the last one is not over yet"),
});

/** The response to `GET /stats`. */
export const statsSchema = z.object({
  now: timeSchema,
  recent: tallySchema.describe("The last 5 minutes"),
  minutes: z.array(minuteSchema).describe("The last 60, oldest first"),
  deliveries: z.object({ retrying: z.number().int(), dead: z.number().int() }),
  data_lost_at: timeSchema
    .nullable()
    .describe("When a process noticed that Redis had lost its data; null if that never happened"),
  oldest_undelivered_at: timeSchema
    .nullable()
    .describe("When the oldest event that a webhook selects and has not acknowledged was published; null for none"),
  executions: z.object({ live: z.number().int().describe("Not ended yet") }),
  processes: z.array(processViewSchema).describe("Live ones, longest running first"),
  queues: z.array(
    z.object({ queue: z.string(), waiting: z.number().int(), delayed: z.number().int(), active: z.number().int() }),
  ),
});
export type Stats = z.infer<typeof statsSchema>;

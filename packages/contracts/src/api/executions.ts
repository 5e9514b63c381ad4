import { z } from "zod";
import { eventEnvelopeSchema } from "../envelope.ts";
import { executionStateSchema, executionStates, usageSchema } from "../execution.ts";
import { bodyForms, orderings } from "../webhook.ts";
import { absentable, emptyAsAbsent } from "./absent.ts";
import { humanRequestSchema } from "./human.ts";
import { pageOf, pageQuerySchema, timeSchema } from "./page.ts";
import { checkedAuthenticationSchema } from "../authentication.ts";
import { threadIdSchema, webhooksSchema } from "./kickoff.ts";
import { eventNameSchema, webhookSettingsSchema, webhookUrlSchema } from "./webhook-settings.ts";

/** States as clients write them: any case, and AMP's other word for a failed run. */
const stateQuerySchema = z
  .string()
  .transform((text) => (text.toUpperCase() === "FAILURE" ? "FAILED" : text.toUpperCase()))
  .pipe(z.enum(executionStates, `one of ${executionStates.join(", ")}`));

/** The query of `GET /executions`. */
export const executionsQuerySchema = pageQuerySchema.extend({
  status: emptyAsAbsent(stateQuerySchema).describe("Only executions in this state"),
  automation: emptyAsAbsent(z.string().max(64)).describe("Only executions of this automation"),
  since: emptyAsAbsent(z.iso.datetime({ offset: true })).describe("Only those created at this time or later"),
  until: emptyAsAbsent(z.iso.datetime({ offset: true })).describe("Only those created at this time or earlier"),
  min_duration_ms: emptyAsAbsent(z.coerce.number("milliseconds").int().min(0)).describe(
    "Only those that took, or have been taking, at least this long",
  ),
  search: emptyAsAbsent(z.string().max(200)).describe(
    "Only those with this text in their id, in the first 500 characters of their inputs, or in their error; case does not matter",
  ),
  thread_id: emptyAsAbsent(threadIdSchema).describe("Only executions of this thread"),
});

export const progressViewSchema = z.object({
  unit: z.enum(["task", "step"]),
  completed: z.number(),
  total: z.number().nullable(),
  current: z.string().nullable(),
  currentAgent: z.string().nullable(),
});

/** An execution in a list: without fields whose size a client chooses. */
export const executionSummarySchema = z.object({
  id: z.string(),
  automation: z.string(),
  inputs_preview: z.string().nullable().describe("The beginning of its inputs, as one line"),
  kind: z.enum(["crew", "flow"]),
  state: executionStateSchema,
  token: z.string().describe("Name of the token that started it"),
  thread_id: z.string().nullable(),
  created_at: timeSchema,
  started_at: timeSchema.nullable(),
  updated_at: timeSchema.nullable(),
  ended_at: timeSchema.nullable(),
  events: z.number().int().describe("Events published; the last one's sequence number"),
  feeds: z.number().int(),
  feeds_open: z.number().int().describe("Feeds that have, or may still get, something to deliver"),
  cancel_requested: z.boolean(),
  error: z.string().nullable(),
  error_type: z.string().nullable(),
  error_location: z.string().nullable().describe("Where the error occurred in the automation's code: file:line:column"),
  usage: usageSchema.partial().nullable(),
  progress: progressViewSchema.nullable(),
});
export type ExecutionSummary = z.infer<typeof executionSummarySchema>;

/** A feed: one subscription of an execution. */
export const feedViewSchema = z.object({
  feed: z.number().int(),
  url: z.string().describe("Values in its query are redacted, as they may be keys"),
  endpoint: z.string().describe("Id of the endpoint, as in `/endpoints`"),
  events: z.array(z.string()),
  realtime: z.boolean(),
  max_delay_ms: z
    .number()
    .nullable()
    .describe("In real time: events are sent together if they would be older than this when sent alone"),
  coalesce: z.boolean(),
  completion: z.boolean().describe("Its last delivery always announces that it is the last"),
  form: z.enum(bodyForms),
  ordering: z.enum(orderings),
  retry_schedule_ms: z.array(z.number()).nullable(),
  has_secrets: z.boolean(),
  replay_of: z.string().nullable(),
  state: z.enum(["open", "closed", "done"]),
  cursor: z.number().int().describe("Everything up to this sequence number has been sealed or skipped"),
  retrying: z.number().int(),
});
export type FeedView = z.infer<typeof feedViewSchema>;

/** One execution with its inputs, outcome and feeds. */
export const executionSchema = executionSummarySchema.extend({
  inputs: z.record(z.string(), z.unknown()),
  meta: z.unknown(),
  runs: z.number().int().describe("How often a worker started it"),
  error_stack: z.string().nullable().describe("The error and its causes with their frames in the automation's code"),
  result: z.unknown(),
  result_json: z.unknown(),
  tasks: z.array(z.unknown()),
  last_step: z.unknown(),
  last_task: z.unknown(),
  subscriptions: z.array(feedViewSchema),
});
export type Execution = z.infer<typeof executionSchema>;

export const executionsPageSchema = pageOf(executionSummarySchema);

const sequence = z.coerce.number("a sequence number").int().min(0);

/** Each event is compared with every prefix, so their number is limited. */
const maxTypes = 500;

/** The query of `GET /executions/:id/events`. */
export const eventsQuerySchema = z.object({
  after: sequence.default(0).describe("Sequence number after which the page begins"),
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe("Maximum number of events in a page"),
  types: z
    .string()
    .max(10_000)
    .refine((text) => text.split(",").length <= maxTypes, `at most ${maxTypes} names`)
    .optional()
    .describe("Comma-separated types, prefixes such as `llm_*`, or aliases; default all"),
  wait: z.coerce.number().min(0).max(60).default(0).describe("Seconds to wait for the first event (long-poll)"),
});

/** The headers of `GET /executions/:id/events`. */
export const eventsHeadersSchema = z.object({
  "Last-Event-ID": emptyAsAbsent(sequence).describe(
    "Of a stream that is continued: `id` of the last message; takes precedence over `after`",
  ),
});

/** A message of an event stream that advances its reader's position past events that it did not ask for. */
export const eventsPositionSchema = z.object({ after: z.number().int() });

/** A message of an event stream when the run pauses, with what it waits for, or resumes. It has no number. */
export const eventsStateSchema = z.object({
  state: executionStateSchema,
  requests: z.array(humanRequestSchema).optional().describe("While it is `PAUSED`"),
});

/** The last message of a stream of events. */
export const eventsEndSchema = z.object({
  state: z.enum([...executionStates, "NOT FOUND"]).describe("How the execution ended; `NOT FOUND` when it has expired"),
  error: z.string().optional().describe("Why it failed or was stopped"),
  error_type: z.string().optional(),
});

/** A page of events; `next` is `after` for the next one, null when no more will come. */
export const eventsPageSchema = z.object({
  events: z.array(eventEnvelopeSchema),
  next: z.number().int().nullable(),
});

/** The response to `GET /executions/:id/logs`. */
export const executionLogsSchema = z.object({
  lines: z
    .array(z.object({ at: timeSchema, output: z.enum(["stdout", "stderr"]), line: z.string() }))
    .describe("What its automation printed, oldest first, without secrets; lines of at most 1,000 characters"),
  truncated: z.boolean().describe("Only the newest 500 lines are kept"),
});

/** The body of `POST /executions/:id/rerun`. */
export const rerunRequestSchema = z.object({
  inputs: absentable(z.record(z.string(), z.unknown())).describe("Instead of that run's inputs"),
  webhooks: absentable(webhooksSchema).describe("Instead of that run's webhooks, which are copied with their secrets"),
});

/** The body of `POST /executions/:id/replay`. */
export const replayRequestSchema = z.object({
  feed: z.number().int().min(0).max(10_000).default(0).describe("Feed whose settings are used"),
  url: absentable(webhookUrlSchema).describe("Another URL to send to; it gets none of the feed's secrets"),
  authentication: absentable(checkedAuthenticationSchema),
  types: absentable(z.array(eventNameSchema).min(1).max(500)).describe("Event names instead of the feed's"),
  from: absentable(z.number().int().min(1)).describe("First sequence number; default 1"),
  to: absentable(z.number().int().min(1)).describe("Last sequence number; default the newest one"),
});

export const replayResponseSchema = z.object({
  execution_id: z.string(),
  feed: z.number().int().describe("Number of the feed that delivers it"),
});

/** The body of `POST /executions/:id/subscriptions`: a webhook of a kickoff, and where its events begin. */
export const subscribeRequestSchema = webhookSettingsSchema.extend({
  from: absentable(z.number().int().min(1)).describe("First sequence number; default the next one to be published"),
});

/** The subscriptions of an execution; replays are among them. */
export const subscriptionsPageSchema = pageOf(feedViewSchema);

export const cancelResponseSchema = z.object({
  id: z.string(),
  state: executionStateSchema,
  cancel_requested: z.boolean(),
});

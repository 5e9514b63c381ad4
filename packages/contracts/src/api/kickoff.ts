import { z } from "zod";
import { absentable, emptyAsAbsent } from "./absent.ts";
import { checkedAuthenticationSchema } from "../authentication.ts";
import { webhookSettingsSchema, webhookUrlSchema } from "./webhook-settings.ts";

const maxWebhooks = 10;

/** A client's own id for a conversation. */
export const threadIdSchema = z.string("must be text").max(255, "at most 255 characters");

/** `webhooks` is AMP's single object, or a list of them. Parsed to a list. */
export const webhooksSchema = z
  .union(
    [webhookSettingsSchema, z.array(webhookSettingsSchema).max(maxWebhooks, `at most ${maxWebhooks} webhooks`)],
    'must be an object such as {"url": "https://example.com/hook", "events": ["*"]}, or a list of such',
  )
  .transform((webhooks) => (Array.isArray(webhooks) ? webhooks : [webhooks]))
  .meta({ description: `One webhook, or a list of at most ${maxWebhooks}` });

/** Any JSON. `z.json()` would produce a recursive JSON Schema, whose references an OpenAPI document cannot hold. */
const anyJson = z.custom<z.infer<ReturnType<typeof z.json>>>();

const threadId = absentable(threadIdSchema);

/**
 * The body of `POST /kickoff` (AMP's deployment API). Unknown fields are accepted: clients send both casings and
 * undocumented fields. `null`, `""` and absence mean the same.
 */
export const kickoffRequestSchema = z.looseObject({
  inputs: absentable(z.record(z.string(), z.unknown(), 'must be an object such as {"topic": "AI"}')),
  crewai_trigger_payload: emptyAsAbsent(anyJson).describe("What triggered the run: the input with this name"),
  meta: emptyAsAbsent(anyJson).describe("Echoed in the legacy webhooks and in `last_executed_task`"),
  thread_id: threadId.describe(
    "Conversation, or other series of runs, that it belongs to: `GET /executions?thread_id=`",
  ),
  threadId,
  taskWebhookUrl: absentable(webhookUrlSchema),
  stepWebhookUrl: absentable(webhookUrlSchema),
  crewWebhookUrl: absentable(webhookUrlSchema),
  restoreFromStateId: absentable(z.string().max(200)).describe(
    "A flow that persists begins with a copy of the state saved under this id: an earlier kickoff's",
  ),
  humanInputWebhookUrl: absentable(webhookUrlSchema).describe("Notified when the run waits for human input"),
  humanInputWebhook: absentable(
    z.looseObject({ url: webhookUrlSchema, authentication: absentable(checkedAuthenticationSchema) }),
  ),
  webhooks: absentable(webhooksSchema),
});
export type KickoffRequest = z.infer<typeof kickoffRequestSchema>;

/** The headers of `POST /kickoff`. */
export const kickoffHeadersSchema = z.object({
  "Idempotency-Key": emptyAsAbsent(z.string().max(255, "at most 255 characters")).describe(
    "The same key and body give the same `kickoff_id` for 24 hours",
  ),
});

/** The response to a kickoff. `task_id` is the name that older clients read. */
export const kickoffResponseSchema = z.object({
  kickoff_id: z.string(),
  task_id: z.string(),
  warnings: z.array(z.string()).optional().describe("What was accepted but is probably a mistake"),
});
export type KickoffResponse = z.infer<typeof kickoffResponseSchema>;

/** The response to `GET /inputs`. */
export const inputsResponseSchema = z.object({ inputs: z.array(z.string()) });

/** The query of `POST /stop/:id`. */
export const stopQuerySchema = z.object({
  wait: z.coerce.number("seconds").min(0).max(60).default(0).describe("Seconds to wait for the end of the run"),
});

/** The response to `POST /stop/:id`; AMP's key is in camel case here. */
export const stopResponseSchema = z.object({
  status: z.enum(["stopped", "stopping"]),
  kickoffId: z.string(),
  kickoff_id: z.string(),
});

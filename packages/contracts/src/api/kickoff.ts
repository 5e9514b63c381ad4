import { z } from "zod";
import { absentable } from "./absent.ts";
import { checkedAuthenticationSchema } from "../authentication.ts";
import { webhookSettingsSchema, webhookUrlSchema } from "./webhook-settings.ts";

const mostWebhooks = 10;

/** `webhooks` is AMP's one object, or a list of such. Parsed to a list. */
const webhooksSchema = z
  .preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(webhookSettingsSchema).max(mostWebhooks, `at most ${mostWebhooks} webhooks`),
  )
  .meta({ description: `One webhook, or a list of at most ${mostWebhooks}` });

/** Any JSON. `z.json()` would say so in a recursive JSON Schema, whose references an OpenAPI document cannot hold. */
const anyJson = z.custom<z.infer<ReturnType<typeof z.json>>>();

/**
 * The body of `POST /kickoff` (AMP's deployment API). Unknown fields pass: clients send both casings and fields that
 * nobody documents. `null`, `""` and absence are equal.
 */
export const kickoffRequestSchema = z.looseObject({
  inputs: absentable(z.record(z.string(), z.unknown(), 'must be an object such as {"topic": "AI"}')),
  /** Echoed in the legacy webhooks and in `last_executed_task`. */
  meta: absentable(anyJson),
  taskWebhookUrl: absentable(webhookUrlSchema),
  stepWebhookUrl: absentable(webhookUrlSchema),
  crewWebhookUrl: absentable(webhookUrlSchema),
  /** A flow that persists begins with a copy of the state saved under this id: an earlier kickoff's. */
  restoreFromStateId: absentable(z.string().max(200)),
  /** Told when the run waits for a person; the object form sends its authentication along. */
  humanInputWebhookUrl: absentable(webhookUrlSchema),
  humanInputWebhook: absentable(
    z.looseObject({ url: webhookUrlSchema, authentication: absentable(checkedAuthenticationSchema) }),
  ),
  webhooks: absentable(webhooksSchema),
});
export type KickoffRequest = z.infer<typeof kickoffRequestSchema>;

/** The answer to a kickoff. `task_id` is the name that older clients read. */
export const kickoffResponseSchema = z.object({
  kickoff_id: z.string(),
  task_id: z.string(),
  /** What was accepted but is probably not what was meant. */
  warnings: z.array(z.string()).optional(),
});
export type KickoffResponse = z.infer<typeof kickoffResponseSchema>;

/** The answer to `GET /inputs`. */
export const inputsResponseSchema = z.object({ inputs: z.array(z.string()) });

/** The answer to `POST /stop/:id`; AMP's key is in camel case here. */
export const stopResponseSchema = z.object({
  status: z.enum(["stopped", "stopping"]),
  kickoffId: z.string(),
  kickoff_id: z.string(),
});

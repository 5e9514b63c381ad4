import { z } from "zod";
import { authenticationSchema } from "./authentication.ts";

/** Header names of a webhook request: Standard Webhooks 1.0, and ours. */
export const webhookHeaders = {
  id: "webhook-id",
  timestamp: "webhook-timestamp",
  signature: "webhook-signature",
  attempt: "webhook-attempt",
  replayOf: "webhook-replay-of",
  executionId: "crewstream-execution-id",
  sequence: "crewstream-sequence",
  feedComplete: "crewstream-feed-complete",
} as const;

/**
 * The format of a delivery's body. `events` is `{"events":[…]}`; the others are AMP's three legacy webhooks, one flat
 * object per event, made from `crew_step_completed`, `task_completed` and `crew_kickoff_completed`, and its two
 * requests for human input, made from `human_feedback_requested` and `flow_input_requested`.
 */
export const bodyForms = ["events", "step", "task", "crew", "human_crew", "human_flow"] as const;
export type BodyForm = (typeof bodyForms)[number];

export const orderings = ["relaxed", "strict"] as const;
export type Ordering = (typeof orderings)[number];

/**
 * A feed's subscription as it is stored with its execution. Secrets are only in `sealedSecrets`, encrypted; the rest
 * may be displayed.
 */
export const subscriptionSchema = z.object({
  url: z.string(),
  events: z.array(z.string()),
  mode: z.enum(["batched", "realtime"]),
  form: z.enum(bodyForms),
  ordering: z.enum(orderings),
  /** In real time: events are sent together if they would be older than this (in milliseconds) when sent one by one. */
  maxDelayMs: z.number().int().positive().optional(),
  /** Chunks of one model response that are sent together are merged into one event. */
  coalesce: z.literal(true).optional(),
  /** The feed ends with a delivery that announces it, with an empty one if no event is left for it. */
  completion: z.literal(true).optional(),
  /** Delays between attempts in milliseconds, if the subscription has its own. */
  retrySchedule: z.array(z.number().int().positive()).optional(),
  /** Ciphertext of {@link subscriptionSecretsSchema}; absent if there are no secrets. */
  sealedSecrets: z.string().optional(),
  /** The execution's `meta`, for the legacy bodies that echo it. */
  meta: z.json().optional(),
  /** Where a person's answer is sent, for the form `human_flow`: the API's base URL. */
  callbackBase: z.string().optional(),
  /** The delivery that this feed replays, if it was created by a replay. */
  replayOf: z.string().optional(),
});
export type Subscription = z.infer<typeof subscriptionSchema>;

export const subscriptionSecretsSchema = z.object({
  authentication: authenticationSchema.optional(),
  signingSecret: z.string().optional(),
  /** Key of the tokens that authorise a person's answer, for the form `human_flow`. */
  responseKey: z.string().optional(),
});
export type SubscriptionSecrets = z.infer<typeof subscriptionSecretsSchema>;

/** Prefix of a signing secret; the rest is base64 of 24 to 64 bytes (Standard Webhooks 1.0). */
export const signingSecretPrefix = "whsec_";

/** A Standard Webhooks secret, validated so that no decoding error is thrown at a caller. */
export const signingSecretSchema = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "a signing secret is whsec_ followed by base64 of 24 to 64 bytes");

import { z } from "zod";
import { usageSchema } from "./execution.ts";

/** A run's request for human input. */
export const pendingInputSchema = z.object({
  /** Identifies the request, the same on every replay of the run: `request_id` of its events. */
  id: z.uuid(),
  /** Where in the run's journal the answer goes. */
  path: z.string(),
  /** `review`: of a task's or method's output; `input`: a line of text that a method asked for. */
  kind: z.enum(["review", "input"]),
  /** What the person is asked. */
  message: z.string(),
  /** What is to be reviewed; null for an input. */
  output: z.unknown(),
  /** Outcomes that the answer is mapped to; null if any text will do. */
  emit: z.array(z.string()).nullable(),
  /** Used if the answer is empty or does not arrive in time. */
  defaultOutcome: z.string().nullable(),
  /** Outcomes that an approval and a rejection (`is_approve`) map to, if the flow defines them. */
  approveOutcome: z.string().optional(),
  rejectOutcome: z.string().optional(),
  /** Seconds after which the run continues with the default; null waits without limit. */
  timeoutSeconds: z.number().positive().nullable(),
  /** Name of the flow or crew, and of the method or task. */
  automation: z.string(),
  step: z.string(),
  /** The task under review, for AMP's crew webhook; null in a flow. */
  taskId: z.string().nullable(),
  agent: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
});
export type PendingInput = z.infer<typeof pendingInputSchema>;

/** A person's answer, as it is journaled: a row `{kind: "human", value: answer}` at the request's path. */
export const humanAnswerSchema = z.object({
  /** Free text; empty accepts a review unchanged. */
  feedback: z.string(),
  /** Decides a review if given; else its text does: an empty text approves. */
  approved: z.boolean().nullable().default(null),
  /** The outcome that was chosen; without one the flag or the text determines it. */
  outcome: z.string().optional(),
  /** ISO 8601, UTC. */
  at: z.string(),
  /** Which system or person answered. */
  source: z.string().nullable().default(null),
  /** The time for an answer expired: the default applies. */
  timedOut: z.boolean().default(false),
});
export type HumanAnswer = z.infer<typeof humanAnswerSchema>;

/**
 * A run that is paused until at least one of these is answered. Everything is journaled, so no worker needs to hold it.
 */
export const pausedOutcomeSchema = z.object({
  state: z.literal("PAUSED"),
  pending: z.array(pendingInputSchema).min(1),
  usage: usageSchema,
});
export type PausedOutcome = z.infer<typeof pausedOutcomeSchema>;

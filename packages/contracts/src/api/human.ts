import { z } from "zod";
import { pendingInputSchema } from "../human-input.ts";
import { absentable } from "./absent.ts";

const text = absentable(z.coerce.string().max(100_000, "at most 100,000 characters"));
const flag = absentable(z.stringbool().or(z.boolean()));

/**
 * The body of `POST /resume`. AMP's documents write it in snake case, its servers read camel case, and clients mix
 * both: each field is taken in either.
 */
export const resumeRequestSchema = z
  .looseObject({
    execution_id: text,
    executionId: text,
    task_id: text,
    taskId: text,
    human_feedback: text,
    humanFeedback: text,
    is_approve: flag,
    isApprove: flag,
  })
  .transform((body) => ({
    executionId: body.executionId ?? body.execution_id,
    /** A request's id, or the name of the task or method that waits. */
    taskId: body.taskId ?? body.task_id,
    feedback: body.humanFeedback ?? body.human_feedback ?? "",
    approved: body.isApprove ?? body.is_approve ?? null,
  }));

export const resumeResponseSchema = z.object({
  kickoff_id: z.string(),
  execution_id: z.string(),
  status: z.enum(["resumed", "retrying"]),
  message: z.string(),
});

/** The answer to a flow's request, as AMP's callback URL takes it. */
export const humanAnswerRequestSchema = z.looseObject({
  feedback: absentable(z.string().max(100_000, "at most 100,000 characters")),
  approved: absentable(z.boolean()),
  source: absentable(z.string().max(200)),
});

/** A request that waits for a person, as the operations API lists it. */
export const humanRequestSchema = pendingInputSchema
  .omit({ path: true })
  .extend({ execution_id: z.string(), automation: z.string(), asked_at: z.string().nullable() });

export const humanRequestsPageSchema = z.object({
  items: z.array(humanRequestSchema),
  next_cursor: z.string().nullable(),
});

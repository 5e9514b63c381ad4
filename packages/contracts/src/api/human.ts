import { z } from "zod";
import { pendingInputSchema } from "../human-input.ts";
import { absentable, emptyAsAbsent } from "./absent.ts";
import { pageOf, pageQuerySchema, timeSchema } from "./page.ts";

const text = absentable(z.coerce.string().max(100_000, "at most 100,000 characters"));
const flag = absentable(z.stringbool().or(z.boolean()));

const executionId = z.string("the id of an execution").min(1).max(100);
const resumeFields = {
  execution_id: absentable(executionId),
  executionId: absentable(executionId),
  task_id: text,
  taskId: text,
  human_feedback: text,
  humanFeedback: text,
  is_approve: flag,
  isApprove: flag,
  outcome: text.describe("One of the request's outcomes; the feedback is passed along with it"),
};

/**
 * The body of `POST /resume`. AMP documents it in snake case, its servers read camel case, and clients mix both: each
 * field is accepted in either.
 */
export const resumeRequestSchema = z
  .union([
    z.looseObject({ ...resumeFields, execution_id: executionId }),
    z.looseObject({ ...resumeFields, executionId }),
  ])
  .transform((body) => ({
    executionId: body.executionId ?? body.execution_id,
    /** A request's id, or the name of the task or method that waits. */
    taskId: body.taskId ?? body.task_id,
    feedback: body.humanFeedback ?? body.human_feedback ?? "",
    approved: body.isApprove ?? body.is_approve ?? null,
    outcome: body.outcome,
  }));

export const resumeResponseSchema = z.object({
  kickoff_id: z.string(),
  execution_id: z.string(),
  status: z.enum(["resumed", "retrying"]),
  outcome: z
    .string()
    .nullable()
    .default(null)
    .describe("The selected outcome; null if there are none, or a model decides"),
  message: z.string(),
});

/** The answer to a flow's request, as AMP's callback URL accepts it. */
export const humanAnswerRequestSchema = z.looseObject({
  feedback: absentable(z.string().max(100_000, "at most 100,000 characters")),
  approved: absentable(z.boolean()),
  outcome: absentable(z.string().max(1000)).describe(
    "One of the request's outcomes; the feedback is passed along with it",
  ),
  source: absentable(z.string().max(200)),
});

/** A pending human-input request, as the operations API lists it. */
export const humanRequestSchema = pendingInputSchema
  .omit({ path: true })
  .extend({ execution_id: z.string(), automation: z.string(), asked_at: timeSchema.nullable() });

/** The query of `GET /human-requests`. */
export const humanRequestsQuerySchema = pageQuerySchema.extend({
  execution_id: emptyAsAbsent(z.string().max(100)).describe("Only requests of this execution"),
});

export const humanRequestsPageSchema = pageOf(humanRequestSchema);

import {
  AppError,
  ErrorCode,
  isApproval,
  readOutcome,
  type ExecutionId,
  type HumanAnswer,
  type PendingInput,
} from "@crewstream/contracts";
import { answerHuman, readAnswer, type ExecutionRecord } from "@crewstream/redis";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";

/** A person's answer, from any source. */
export type Answer = Pick<HumanAnswer, "feedback" | "approved" | "outcome" | "source">;

/** AMP's message for an execution that does not wait for an answer. */
export function nothingPending(): AppError {
  return new AppError("Execution is not in pending human input state", { code: ErrorCode.invalidInput });
}

/** The effect of an answer. */
export interface TakenAnswer {
  /** The selected outcome; null if there are none, or if a model reads it from the text. */
  outcome: string | null;
  /** A task's work is done again. */
  sentBack: boolean;
}

const keptSchema = z.object({
  given: z.string(),
  taken: z.object({ outcome: z.string().nullable(), sentBack: z.boolean() }),
});

/**
 * Gives a run its answer and resumes it: the same execution, on any free worker. Undefined if another answer was first.
 * @throws AppError `unprocessable` for an answer that selects no outcome
 */
export async function answerRequest(
  { store, queues }: Pick<ApiContext, "store" | "queues">,
  execution: ExecutionRecord,
  request: PendingInput,
  answer: Answer,
): Promise<TakenAnswer | undefined> {
  const outcome = outcomeOf(request, answer);
  const row: HumanAnswer = {
    ...answer,
    ...(outcome === undefined ? {} : { outcome }),
    at: new Date().toISOString(),
    timedOut: false,
  };
  const taken = { outcome: outcome ?? null, sentBack: sendsBack(request, answer) };
  const kept: z.input<typeof keptSchema> = { given: textOf(answer), taken };
  if (!(await answerHuman(store, execution.id, request, row, kept))) return undefined;
  // A pause's timeout may be waiting as this execution's job; the resumption replaces it.
  await queues.enqueueRun(execution, { replace: true });
  return taken;
}

/**
 * The same for a request by its id, whether it is pending or was answered: repeating the same answer has no further
 * effect.
 * @throws AppError as {@link answerRequest}, `already_answered` for a different answer than before, `not_found` if there
 * is no such request, `invalid_input` if the run is not waiting
 */
export async function answerById(
  context: Pick<ApiContext, "store" | "queues">,
  execution: ExecutionRecord,
  requestId: string,
  answer: Answer,
): Promise<TakenAnswer> {
  const pending = execution.state === "PAUSED" ? execution.pending?.find(({ id }) => id === requestId) : undefined;
  const taken = pending === undefined ? undefined : await answerRequest(context, execution, pending, answer);
  const result = taken ?? (await answeredBefore(context.store, execution.id, requestId, answer));
  if (result !== undefined) return result;
  if (pending !== undefined || execution.state !== "PAUSED") throw nothingPending();
  throw new AppError(`The execution has no pending request ${requestId}.`, { code: ErrorCode.notFound });
}

/**
 * The result of the same answer when it was given before; undefined for a request without an answer.
 * @throws AppError `already_answered` if a different answer was given, or none in time
 */
export async function answeredBefore(
  store: ApiContext["store"],
  id: ExecutionId,
  requestId: string,
  answer: Answer,
): Promise<TakenAnswer | undefined> {
  const kept = await readAnswer(store, id, requestId);
  if (kept === undefined) return undefined;
  const before = keptSchema.safeParse(kept);
  if (before.success && before.data.given === textOf(answer)) return before.data.taken;
  const why = before.success ? "with another answer" : "by its default, as it timed out";
  throw new AppError(`The request was answered already, ${why}.`, {
    code: ErrorCode.alreadyAnswered,
    details: { request_id: requestId, ...(before.success ? { outcome: before.data.taken.outcome } : {}) },
  });
}

/** The parts of an answer that make it the same; not who gave it. */
function textOf({ feedback, approved, outcome }: Answer): string {
  return JSON.stringify([feedback, approved, outcome ?? null]);
}

/**
 * Decided before it is stored, so that the person who answers gets the result, and a rejected answer leaves the request
 * unchanged.
 */
function outcomeOf(request: PendingInput, answer: Answer): string | undefined {
  const { emit } = request;
  if (emit === null) {
    if (answer.outcome === undefined) {
      if (isUnread(request, answer)) {
        const message = "The flow reads the text of an answer to this request, not a flag: answer with a text.";
        throw new AppError(message, { code: ErrorCode.unprocessable, details: { path: "is_approve" } });
      }
      return undefined;
    }
    throw new AppError("This request has no outcomes: answer with feedback or an approval.", {
      code: ErrorCode.unprocessable,
      details: { path: "outcome" },
    });
  }
  const reading = readOutcome({ ...request, emit }, answer);
  if (reading.kind === "outcome") return reading.outcome;
  if (reading.kind === "unclear") return undefined;
  throw new AppError(reading.reason, { code: ErrorCode.unprocessable, details: { path: "outcome", outcomes: emit } });
}

/** Whether an answer sends a task's work back, for the response's wording: a flow continues with any answer. */
function sendsBack(request: PendingInput, answer: Pick<Answer, "feedback" | "approved">): boolean {
  return isTaskReview(request) && !isApproval({ ...answer, timedOut: false });
}

/** A flag that nothing would read: a rejection of what a flow shows must not count as an approval. */
function isUnread(request: PendingInput, { approved, feedback }: Answer): boolean {
  if (approved === null || feedback.trim() !== "" || isTaskReview(request)) return false;
  return request.kind === "input" || !approved;
}

function isTaskReview({ kind, emit, taskId }: PendingInput): boolean {
  return kind === "review" && emit === null && taskId !== null;
}

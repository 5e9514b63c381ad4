import {
  AppError,
  ErrorCode,
  isApproval,
  readOutcome,
  type HumanAnswer,
  type PendingInput,
} from "@crewstream/contracts";
import { answerHuman, type ExecutionRecord } from "@crewstream/redis";
import type { ApiContext } from "../api-context.ts";

/** What a person said, from wherever it came. */
export type Answer = Pick<HumanAnswer, "feedback" | "approved" | "outcome" | "source">;

/** AMP's words for an execution that nobody is asked about. */
export function nothingPending(): AppError {
  return new AppError("Execution is not in pending human input state", { code: ErrorCode.invalidInput });
}

/**
 * Gives a run its answer and lets it continue: the same execution, on whichever worker is free.
 * @returns the outcome that was taken; undefined where there are none, or where a model reads it from the text
 * @throws AppError `unprocessable` for an answer that stands for no outcome, `invalid_input` when the request was answered already
 */
export async function answerRequest(
  { store, queues }: Pick<ApiContext, "store" | "queues">,
  execution: ExecutionRecord,
  request: PendingInput,
  answer: Answer,
): Promise<string | undefined> {
  const outcome = outcomeOf(request, answer);
  const row: HumanAnswer = {
    ...answer,
    ...(outcome === undefined ? {} : { outcome }),
    at: new Date().toISOString(),
    timedOut: false,
  };
  if (!(await answerHuman(store, execution.id, request, row))) throw nothingPending();
  // A pause's timeout may be waiting as this execution's job; the run takes its place.
  await queues.enqueueRun(execution, { replace: true });
  return outcome;
}

/** Decided before it is stored, so that whoever answers is told, and what is refused leaves the request as it was. */
function outcomeOf(request: PendingInput, answer: Answer): string | undefined {
  const { emit } = request;
  if (emit === null) {
    if (answer.outcome === undefined) {
      if (isUnread(request, answer)) {
        const message = "The flow reads the text of an answer to this request, and no flag: answer with a text.";
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

/** Whether an answer sends a task's work back, for the reply's wording: a flow continues with any answer. */
export function sendsBack(request: PendingInput, answer: Pick<Answer, "feedback" | "approved">): boolean {
  return isTaskReview(request) && !isApproval({ ...answer, timedOut: false });
}

/** A flag that nothing would read: a rejection of what a flow shows must not pass for an approval. */
function isUnread(request: PendingInput, { approved, feedback }: Answer): boolean {
  if (approved === null || feedback.trim() !== "" || isTaskReview(request)) return false;
  return request.kind === "input" || !approved;
}

function isTaskReview({ kind, emit, taskId }: PendingInput): boolean {
  return kind === "review" && emit === null && taskId !== null;
}

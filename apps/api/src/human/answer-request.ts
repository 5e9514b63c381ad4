import { AppError, ErrorCode, readOutcome, type HumanAnswer, type PendingInput } from "@crewstream/contracts";
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
  await queues.enqueueRun(execution.id, { replace: true });
  return outcome;
}

/** Decided before it is stored, so that whoever answers is told, and what is refused leaves the request as it was. */
function outcomeOf(request: PendingInput, answer: Answer): string | undefined {
  const { emit } = request;
  if (emit === null) {
    if (answer.outcome === undefined) return undefined;
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

/**
 * Whether an answer sends the work back, for the reply's wording; the runtime decides by the same rule: the flag where
 * it is given, else an empty text or a plain word of approval accepts (AMP's live servers).
 */
export function sendsBack({ feedback, approved }: Pick<Answer, "feedback" | "approved">): boolean {
  if (approved !== null) return !approved;
  const word = /^(|ok|okay|yes|y|approved?|accept(ed)?|lgtm|looks good|good|great|continue)[.!]*$/i;
  return !word.test(feedback.trim());
}

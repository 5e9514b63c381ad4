import { AppError, ErrorCode, type HumanAnswer, type PendingInput } from "@crewstream/contracts";
import { answerHuman, type ExecutionRecord } from "@crewstream/redis";
import type { ApiContext } from "../api-context.ts";

/** What a person said, from wherever it came. */
export type Answer = Pick<HumanAnswer, "feedback" | "approved" | "source">;

/** AMP's words for an execution that nobody is asked about. */
export function nothingPending(): AppError {
  return new AppError("Execution is not in pending human input state", { code: ErrorCode.invalidInput });
}

/**
 * Gives a run its answer and lets it go on: the same execution, on whichever worker is free.
 * @throws AppError `invalid_input` when the request was answered already
 */
export async function answerRequest(
  { store, queues }: Pick<ApiContext, "store" | "queues">,
  execution: ExecutionRecord,
  request: PendingInput,
  answer: Answer,
): Promise<void> {
  const row: HumanAnswer = { ...answer, at: new Date().toISOString(), timedOut: false };
  if (!(await answerHuman(store, execution.id, request, row))) throw nothingPending();
  // A pause's timeout may be waiting as this execution's job; the run takes its place.
  await queues.enqueueRun(execution.id, { replace: true });
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

import type { HumanAnswer, PendingInput } from "./human-input.ts";

/** What an answer to a request with outcomes means; `unclear` is free text, which a model sorts into an outcome. */
export type OutcomeReading =
  | { kind: "outcome"; outcome: string }
  | { kind: "unclear" }
  | { kind: "refused"; reason: string };

type Asked = Pick<PendingInput, "defaultOutcome" | "approveOutcome" | "rejectOutcome"> & { emit: readonly string[] };
type Given = Pick<HumanAnswer, "feedback" | "approved" | "outcome">;

/** Outcomes that say by their own names that they are what a flag means. */
const approvals = /^(approved?|accept(ed)?|yes|ok(ay)?)$/i;
const rejections = /^(rejected?|declined?|den(y|ied)|no)$/i;

/**
 * Reads an answer to a request with outcomes, the same in the API, which refuses what is refused, and in the run. A flag
 * (`is_approve`) never takes an outcome that it does not stand for, and an answer that says nothing takes none: whoever
 * rejects a post must not publish it.
 */
export function readOutcome(request: Asked, answer: Given): OutcomeReading {
  const { emit } = request;
  const choose = `Answer with one of the outcomes ${emit.map((each) => JSON.stringify(each)).join(", ")}`;
  if (answer.outcome !== undefined) {
    const { outcome } = answer;
    return emit.includes(outcome)
      ? { kind: "outcome", outcome }
      : { kind: "refused", reason: `${JSON.stringify(outcome)} is not an outcome of this request. ${choose}.` };
  }
  const text = answer.feedback.trim();
  if (answer.approved !== null) {
    const meant = flagOutcome(request, answer.approved) ?? named(emit, text);
    if (meant !== undefined) return { kind: "outcome", outcome: meant };
    const flag = answer.approved ? "An approval" : "A rejection";
    return { kind: "refused", reason: `${flag} stands for no outcome of this request. ${choose}.` };
  }
  const meant = named(emit, text) ?? (text === "" ? (request.defaultOutcome ?? undefined) : undefined);
  if (meant !== undefined) return { kind: "outcome", outcome: meant };
  return text === "" ? { kind: "refused", reason: `The answer is empty. ${choose}.` } : { kind: "unclear" };
}

/** The outcome that a flag stands for: the one the flow maps it to, else the only one whose name says so. */
function flagOutcome({ emit, approveOutcome, rejectOutcome }: Asked, approved: boolean): string | undefined {
  const mapped = approved ? approveOutcome : rejectOutcome;
  if (mapped !== undefined) return mapped;
  const saying = emit.filter((outcome) => (approved ? approvals : rejections).test(outcome));
  return saying.length === 1 ? saying[0] : undefined;
}

function named(emit: readonly string[], text: string): string | undefined {
  const word = text.replace(/[.!]+$/, "").toLowerCase();
  return emit.find((outcome) => outcome.toLowerCase() === word);
}

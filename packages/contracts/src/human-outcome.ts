import type { HumanAnswer, PendingInput } from "./human-input.ts";

/** What an answer to a request with outcomes means; `unclear` is free text, which a model maps to an outcome. */
export type OutcomeReading =
  | { kind: "outcome"; outcome: string }
  | { kind: "unclear" }
  | { kind: "refused"; reason: string };

type Asked = Pick<PendingInput, "defaultOutcome" | "approveOutcome" | "rejectOutcome"> & { emit: readonly string[] };
type Given = Pick<HumanAnswer, "feedback" | "approved" | "outcome">;

/** Outcomes whose own names say that they are what a flag means. */
const approvals = /^(approved?|accept(ed)?|yes|ok(ay)?)$/i;
const rejections = /^(rejected?|declined?|den(y|ied)|no)$/i;

/**
 * Reads an answer to a request with outcomes, the same in the API, which rejects what is refused here, and in the run.
 * A flag (`is_approve`) never selects an outcome that it does not stand for, and an answer that says nothing selects
 * none: a person who rejects a post must not publish it.
 */
export function readOutcome(request: Asked, answer: Given): OutcomeReading {
  const { emit } = request;
  const meant = answer.approved === null ? undefined : flagOutcome(request, answer.approved);
  const choose = `Answer with one of the outcomes ${emit.map((each) => JSON.stringify(each)).join(", ")}`;
  if (answer.outcome !== undefined) {
    const { outcome } = answer;
    if (!emit.includes(outcome)) {
      return { kind: "refused", reason: `${JSON.stringify(outcome)} is not an outcome of this request. ${choose}.` };
    }
    return meant === undefined || meant === outcome ? { kind: "outcome", outcome } : contradiction(meant, outcome);
  }
  const text = answer.feedback.trim();
  const said = named(emit, text);
  if (answer.approved !== null) {
    if (meant !== undefined && said !== undefined && meant !== said) return contradiction(meant, said);
    const taken = meant ?? said;
    if (taken !== undefined) return { kind: "outcome", outcome: taken };
    const flag = answer.approved ? "An approval" : "A rejection";
    return { kind: "refused", reason: `${flag} stands for no outcome of this request. ${choose}.` };
  }
  const taken = said ?? (text === "" ? (request.defaultOutcome ?? undefined) : undefined);
  if (taken !== undefined) return { kind: "outcome", outcome: taken };
  return text === "" ? { kind: "refused", reason: `The answer is empty. ${choose}.` } : { kind: "unclear" };
}

function contradiction(meant: string, said: string): OutcomeReading {
  const [flag, other] = [JSON.stringify(meant), JSON.stringify(said)];
  return {
    kind: "refused",
    reason: `The answer contradicts itself: its flag stands for ${flag}, and it names ${other}.`,
  };
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

/**
 * Whether a task's reviewer accepts: by the flag if given, else by an empty text or a plain word (as AMP's servers do).
 */
export function isApproval({
  approved,
  feedback,
  timedOut,
}: Pick<HumanAnswer, "feedback" | "approved" | "timedOut">): boolean {
  const word = /^(|ok|okay|yes|y|approved?|accept(ed)?|lgtm|looks good|good|great|continue)[.!]*$/i;
  return timedOut || (approved ?? word.test(feedback.trim()));
}

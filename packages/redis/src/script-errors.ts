import { AppError, ErrorCode } from "@crewstream/contracts";

/** Negative numbers that our scripts return. */
export const ScriptError = {
  executionGone: -1,
  leaseLost: -2,
  stale: -3,
  executionEnded: -4,
  leaseHeld: -5,
  feedClosed: -6,
  executionPaused: -7,
  tooManyOpen: -8,
} as const;
type ScriptError = (typeof ScriptError)[keyof typeof ScriptError];

const meanings: Record<ScriptError, { code: ErrorCode; message: string }> = {
  [ScriptError.executionGone]: { code: ErrorCode.executionGone, message: "The execution does not exist (any more)." },
  [ScriptError.leaseLost]: { code: ErrorCode.leaseLost, message: "Another worker has taken over this run." },
  [ScriptError.stale]: { code: ErrorCode.staleWrite, message: "The state has changed since it was read." },
  [ScriptError.executionEnded]: { code: ErrorCode.conflict, message: "The execution has ended." },
  [ScriptError.leaseHeld]: { code: ErrorCode.conflict, message: "Another worker runs this execution." },
  [ScriptError.feedClosed]: { code: ErrorCode.conflict, message: "The subscription has ended." },
  [ScriptError.tooManyOpen]: {
    code: ErrorCode.rateLimited,
    message: "The maximum of open runs of this token is reached.",
  },
  [ScriptError.executionPaused]: { code: ErrorCode.conflict, message: "The execution waits for a person." },
};

/** A script's negative result as an error, with the script's name for the log. */
export function scriptError(value: number, script: string): AppError {
  const meaning = meanings[value as ScriptError];
  if (meaning === undefined) return new AppError(`${script} answered ${value}.`, { code: ErrorCode.internal });
  return new AppError(meaning.message, { code: meaning.code, details: { script } });
}

import { AppError, ErrorCode } from "@crewstream/contracts";

/**
 * Why a request was not accepted as ours. Each is the request's fault; a malformed secret of yours is a `configuration`
 * error.
 */
export const VerificationFailure = {
  missingHeader: "missing_header",
  malformedHeader: "malformed_header",
  tooOld: "too_old",
  tooNew: "too_new",
  noMatchingSignature: "no_matching_signature",
} as const;
export type VerificationFailure = (typeof VerificationFailure)[keyof typeof VerificationFailure];

/** A request to reject: respond 401 and do not read its body. Never retryable unchanged. */
export class VerificationError extends AppError {
  override readonly name = "VerificationError";
  readonly failure: VerificationFailure;

  constructor(failure: VerificationFailure, message: string) {
    super(message, { code: ErrorCode.unauthorized, details: { failure } });
    this.failure = failure;
  }
}

/** A body without valid events (respond 400) or larger than allowed (413). */
export class BodyError extends AppError {
  override readonly name = "BodyError";

  constructor(message: string, code: "invalid_input" | "payload_too_large" = ErrorCode.invalidInput) {
    super(message, { code });
  }
}

/** A delivery that cannot be accepted yet: respond 409 with `retry-after`, and it is retried. Nothing of it is lost. */
export class NotNowError extends AppError {
  override readonly name = "NotNowError";
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message, { code: ErrorCode.conflict, retryable: true });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

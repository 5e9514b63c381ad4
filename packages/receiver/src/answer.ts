import { BodyError, NotNowError, VerificationError } from "./errors.ts";

/** An HTTP response as plain data. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * The response for an error of this package: 401 not ours, 400 or 413 no valid events, 409 not yet. Undefined for
 * anything else: that is your error, and should become a 500, after which the delivery is retried.
 */
export function answerTo(error: unknown): Answer | undefined {
  if (error instanceof VerificationError) return answer(401, "Unauthorized", error.message);
  if (error instanceof BodyError) {
    return error.code === "payload_too_large"
      ? answer(413, "Payload Too Large", error.message)
      : answer(400, "Bad Request", error.message);
  }
  if (error instanceof NotNowError) {
    const refusal = answer(409, "Conflict", error.message);
    return { ...refusal, headers: { ...refusal.headers, "retry-after": String(error.retryAfterSeconds) } };
  }
  return undefined;
}

function answer(status: number, error: string, message: string): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ error, message }),
  };
}

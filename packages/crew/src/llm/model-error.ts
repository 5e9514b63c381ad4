import { APICallError } from "@ai-sdk/provider";
import { AppError, errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import { errorType } from "../run/step-failure.ts";
import { StepFailure } from "../run/step-failure.ts";

/** Network errors that Node reports by code and that are worth a retry. */
const passing = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENOTFOUND",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** Converts a provider's error into the failure of the call, which says whether a retry may help. */
export function modelFailure(error: unknown): StepFailure {
  if (error instanceof StepFailure) return error;
  const message =
    APICallError.isInstance(error) && error.statusCode !== undefined
      ? `${errorMessage(error)} (HTTP ${error.statusCode})`
      : errorMessage(error);
  return new StepFailure({ message, type: errorType(error), retryable: mayPass(error) }, error);
}

/** An error inside a stream: the AI SDK passes it on as an object, with a retry hint if the provider gave one. */
const inBandSchema = z.looseObject({
  message: z.string(),
  type: z.string().nullish(),
  code: z.union([z.string(), z.number()]).nullish(),
  isRetryable: z.boolean().nullish(),
});

/** Words in an error's type or code that say: the same request will be rejected again. */
const permanent = /invalid|bad_request|context_length|authentication|permission|not_found|insufficient_quota|billing/i;

/**
 * Why a response that had started broke off. The provider had accepted the request, so a retry may succeed (a closed
 * connection, an unreadable chunk, an overloaded server), unless the error says that it will not.
 */
export function streamFailure(error: unknown): StepFailure {
  if (APICallError.isInstance(error) || error instanceof AppError) return modelFailure(error);
  const inBand = error instanceof Error ? undefined : inBandSchema.safeParse(error).data;
  if (inBand === undefined) {
    return new StepFailure({ message: errorMessage(error), type: errorType(error), retryable: true }, error);
  }
  const { message, type, code, isRetryable } = inBand;
  const refused = permanent.test(`${type ?? ""} ${code ?? ""}`) || /^4(?!08|09|29)\d\d$/.test(String(code));
  return new StepFailure({ message, type: type ?? "ModelStreamError", retryable: isRetryable ?? !refused }, error);
}

function mayPass(error: unknown): boolean {
  if (APICallError.isInstance(error)) return error.isRetryable || codes(error).some((code) => passing.has(code));
  if (error instanceof AppError) return error.retryable;
  if (error instanceof DOMException && error.name === "TimeoutError") return true;
  // A stream that is cut in the middle is a TypeError ("terminated") from fetch, with the socket's error as its cause.
  return (
    codes(error).some((code) => passing.has(code)) || (error instanceof TypeError && error.message === "terminated")
  );
}

function codes(error: unknown): string[] {
  const found: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") found.push(at.code);
  }
  return found;
}

/** Milliseconds a provider asked to wait (`retry-after-ms`, or `retry-after` in seconds), at most one minute. */
export function retryAfterMs(error: unknown): number | undefined {
  const cause = error instanceof StepFailure ? error.cause : error;
  if (!APICallError.isInstance(cause)) return undefined;
  const headers = cause.responseHeaders ?? {};
  const ms = Number(headers["retry-after-ms"] ?? Number(headers["retry-after"]) * 1000);
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, 60_000) : undefined;
}

import { AppError, ErrorCode, type Problem } from "@crewstream/contracts";
import { isOutage } from "@crewstream/redis";
import { logFailure } from "@crewstream/service";
import type { ErrorRequestHandler, RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";

/** Seconds after which a client should retry when something on our side is down. */
const retryAfterSeconds = 2;

const answers: Record<ErrorCode, { status: number; title: string }> = {
  [ErrorCode.invalidInput]: { status: 400, title: "Validation Error" },
  [ErrorCode.forbiddenAddress]: { status: 400, title: "Forbidden Address" },
  [ErrorCode.unauthorized]: { status: 401, title: "Unauthorized" },
  [ErrorCode.forbidden]: { status: 403, title: "Forbidden" },
  [ErrorCode.notFound]: { status: 404, title: "Not Found" },
  [ErrorCode.methodNotAllowed]: { status: 405, title: "Method Not Allowed" },
  [ErrorCode.executionGone]: { status: 404, title: "Not Found" },
  [ErrorCode.conflict]: { status: 409, title: "Conflict" },
  [ErrorCode.alreadyAnswered]: { status: 409, title: "Already Answered" },
  [ErrorCode.staleWrite]: { status: 409, title: "Conflict" },
  [ErrorCode.leaseLost]: { status: 409, title: "Conflict" },
  [ErrorCode.cancelled]: { status: 409, title: "Conflict" },
  [ErrorCode.payloadTooLarge]: { status: 413, title: "Payload Too Large" },
  [ErrorCode.missingInputs]: { status: 422, title: "Validation Error" },
  [ErrorCode.unprocessable]: { status: 422, title: "Validation Error" },
  [ErrorCode.rateLimited]: { status: 429, title: "Too Many Requests" },
  [ErrorCode.automationUnavailable]: { status: 503, title: "Service Unavailable" },
  [ErrorCode.storeUnavailable]: { status: 503, title: "Service Unavailable" },
  [ErrorCode.shutdown]: { status: 503, title: "Service Unavailable" },
  [ErrorCode.configuration]: { status: 500, title: "Internal Server Error" },
  [ErrorCode.modelFailed]: { status: 500, title: "Internal Server Error" },
  [ErrorCode.toolFailed]: { status: 500, title: "Internal Server Error" },
  [ErrorCode.limitExceeded]: { status: 500, title: "Internal Server Error" },
  [ErrorCode.runFailed]: { status: 500, title: "Internal Server Error" },
  [ErrorCode.internal]: { status: 500, title: "Internal Server Error" },
};

/**
 * Converts any error to an AppError: an outage of Redis, a body that is too large or not JSON, or an unexpected one.
 */
function toAppError(error: unknown, { store }: Pick<ApiContext, "store">): AppError {
  if (AppError.is(error)) return error;
  if (isOutage(error)) {
    return new AppError(`${store.connections.explain(error)}. Nothing was done, try again soon.`, {
      code: ErrorCode.storeUnavailable,
      retryable: true,
      cause: error,
    });
  }
  const status: unknown = error instanceof Error ? Reflect.get(error, "status") : undefined;
  if (error instanceof Error && typeof status === "number") return fromHttpError(status, error);
  return new AppError("Something went wrong on our side; see the log.", { code: ErrorCode.internal, cause: error });
}

/** Errors of Express and its body parsers. */
function fromHttpError(status: number, cause: Error): AppError {
  if (status === 413) {
    const limit: unknown = Reflect.get(cause, "limit");
    const size = typeof limit === "number" && limit < 1024 * 1024 ? `${limit / 1024} KiB` : "1 MiB";
    return new AppError(`The body is larger than the limit of ${size}.`, { code: ErrorCode.payloadTooLarge, cause });
  }
  if (Reflect.get(cause, "type") === "entity.parse.failed") {
    return new AppError("The body is not valid JSON: send a JSON object with Content-Type: application/json.", {
      code: ErrorCode.invalidInput,
      cause,
    });
  }
  if (status >= 500) return new AppError("Something went wrong on our side.", { code: ErrorCode.internal, cause });
  return new AppError(`The request cannot be read: ${cause.message}.`, { code: ErrorCode.invalidInput, cause });
}

/** The body for an error, readable to clients of AMP's documented and of its live bodies. */
export function toProblem(error: AppError): Problem {
  const { title } = answers[error.code];
  const details = { ...error.details, code: error.code };
  return { error: title, message: error.message, detail: detailText(error), details };
}

/** AMP's live wording where clients may look for it. */
function detailText(error: AppError): string {
  if (error.code === ErrorCode.missingInputs) {
    const missing = error.details?.["missing_inputs"];
    return `Missing inputs: ${Array.isArray(missing) ? missing.join(", ") : ""}`;
  }
  if (error.code === ErrorCode.unauthorized) {
    return error.details?.["reason"] === "missing"
      ? "Not authenticated"
      : "Invalid or missing authentication credentials";
  }
  return error.message;
}

/** The response for a path without a route. */
export const notFound: RequestHandler = (request) => {
  throw new AppError(`There is no ${request.method} ${request.path}.`, { code: ErrorCode.notFound });
};

/** Converts what a route threw to a response; our own errors are logged with their cause. */
export function answerErrors(context: Pick<ApiContext, "log" | "store">): ErrorRequestHandler {
  const { log } = context;
  return (thrown: unknown, request, response, next) => {
    const error = toAppError(thrown, context);
    const { status } = answers[error.code];
    const { method, path } = request;
    if (status === 500) logFailure(log, "request.failed", { level: "error", fields: { err: thrown, method, path } });
    else if (status === 503) {
      const why = isOutage(thrown) ? { err: thrown } : { reason: error.message };
      logFailure(log, "request.unavailable", { level: "warn", fields: { ...why, path } });
    }
    if (response.headersSent) return next(thrown);
    const wait = error.details?.["retry_after_seconds"];
    if (typeof wait === "number") response.setHeader("retry-after", wait);
    else if (status === 503) response.setHeader("retry-after", retryAfterSeconds);
    response.status(status).json(toProblem(error));
  };
}

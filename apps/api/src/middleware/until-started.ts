import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";

/** Rejects requests that need Redis while the process is still connecting to it. */
export function untilStarted(context: Pick<ApiContext, "started" | "store">): RequestHandler {
  return (_request, _response, next) => {
    if (context.started) return next();
    const reason = context.store.connections.outage ?? "The API is starting";
    throw new AppError(`${reason}. Nothing was done, try again soon.`, {
      code: ErrorCode.storeUnavailable,
      retryable: true,
    });
  };
}

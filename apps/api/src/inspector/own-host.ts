import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RequestHandler } from "express";
import type { ApiConfig } from "../config.ts";
import { isLoopback } from "../loopback.ts";

/**
 * If we listen on loopback, only names of this machine, and that of `PUBLIC_URL`, are valid hosts. Any other `Host` is
 * a website's own name pointed at 127.0.0.1 (DNS rebinding), to read received requests without a token.
 */
export function ownHostOnly({ HOST, PUBLIC_URL }: Pick<ApiConfig, "HOST" | "PUBLIC_URL">): RequestHandler {
  if (!isLoopback(HOST)) return (_request, _response, next) => next();
  const published = PUBLIC_URL === undefined ? undefined : new URL(PUBLIC_URL).hostname;
  return (request, _response, next) => {
    const text = `http://${request.headers.host ?? ""}`;
    const name = URL.canParse(text) ? new URL(text).hostname : "";
    if (name === published || isLoopback(name.replace(/^\[|\]$/g, ""))) return next();
    throw new AppError("The inspector answers to names of this machine only: use 127.0.0.1, or set PUBLIC_URL.", {
      code: ErrorCode.forbidden,
    });
  };
}

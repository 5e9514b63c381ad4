import type { Logger } from "@crewstream/service";
import type { RequestHandler } from "express";
import { knownIdentity } from "./authenticate.ts";

/** Probes come every few seconds from several sides and say nothing. */
const quiet = /^\/(healthz|readyz|metrics|healthcheck)$/;

/** One line per request when its answer is done or was cut off. The query is left out: it may hold what is private. */
export function logRequests(log: Logger): RequestHandler {
  return (request, response, next) => {
    const begun = performance.now();
    const path = request.path;
    response.once("close", () => {
      const line = {
        method: request.method,
        path,
        status: response.statusCode,
        durationMs: Math.round(performance.now() - begun),
        client: knownIdentity(request)?.name,
        ...(response.writableFinished ? {} : { cutOff: true }),
      };
      log[quiet.test(path) ? "debug" : "info"](line, "request.answered");
    });
    next();
  };
}

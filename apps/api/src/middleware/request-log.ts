import type { Logger, Metrics } from "@crewstream/service";
import type { RequestHandler } from "express";
import { knownIdentity } from "./authenticate.ts";
import { routeOf } from "./route-of.ts";

/** Probes come every few seconds from several sides and say nothing. */
const quiet = /^\/(healthz|readyz|metrics|healthcheck)$/;

/** Answers that wait for something to happen: their duration says nothing of us. */
const heldOpen = /\/(events|live)$/;

/**
 * One line per request when its answer is done or was cut off, and its duration by route. The query is left out: it
 * may hold what is private.
 */
export function logRequests({ log, metrics }: { log: Logger; metrics: Metrics }): RequestHandler {
  return (request, response, next) => {
    const begun = performance.now();
    const path = request.path;
    response.once("close", () => {
      const durationMs = performance.now() - begun;
      if (!heldOpen.test(path)) {
        const labels = { method: request.method, route: routeOf(request), status: String(response.statusCode) };
        metrics.requestSeconds.observe(labels, durationMs / 1000);
      }
      const line = {
        method: request.method,
        path,
        status: response.statusCode,
        durationMs: Math.round(durationMs),
        client: knownIdentity(request)?.name,
        ...(response.writableFinished ? {} : { cutOff: true }),
      };
      log[quiet.test(path) ? "debug" : "info"](line, "request.answered");
    });
    next();
  };
}

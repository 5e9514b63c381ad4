import type { Logger, Metrics } from "@crewstream/service";
import type { RequestHandler } from "express";
import { knownIdentity } from "./authenticate.ts";
import { routeOf } from "./route-of.ts";

/** Probes arrive every few seconds from several sides and are not informative. */
const quiet = /^\/(healthz|readyz|metrics|healthcheck)$/;

/** Responses that wait for something to happen: their duration is not our latency. */
const heldOpen = /\/(events|live)$/;

/**
 * One line per request when its response is complete or was cut off, and its duration by route. The query is omitted:
 * it may contain private data.
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

import { parseTraceContext } from "@crewstream/contracts";
import type { Tracing } from "@crewstream/service";
import type { RequestHandler } from "express";
import { routeOf } from "./route-of.ts";

/**
 * A span per request, in the trace that the client sent. What the request does is part of it, also after every `await`.
 * The query is omitted: it may contain private data.
 */
export function traceRequests(tracing: Tracing): RequestHandler {
  return (request, response, next) => {
    const span = tracing.start({
      name: request.method,
      kind: "server",
      parent: parseTraceContext(request.headers),
      attributes: { "http.request.method": request.method, "url.path": request.path, "url.scheme": request.protocol },
    });
    response.once("close", () => {
      const route = routeOf(request);
      const status = response.statusCode;
      span.rename(`${request.method} ${route}`);
      span.set({ "http.route": route, "http.response.status_code": status });
      span.end(status >= 500 ? { error: String(status) } : {});
    });
    span.run(next);
  };
}

import { eventsHeadersSchema, eventsQuerySchema, hasEnded } from "@crewstream/contracts";
import { readExecutionHead } from "@crewstream/redis";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { readEventPage } from "../events/event-page.ts";
import { streamEvents } from "../events/event-stream.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { untilClosed } from "../middleware/until-closed.ts";
import { parseInput } from "../middleware/validate.ts";
import { parseHeaders } from "../operations/operation.ts";
import { executionNotFound, executionParam } from "./params.ts";

/**
 * `GET /executions/:id/events`: a page as JSON, held open for up to `wait` seconds while there is none, or a stream of
 * Server-Sent Events. `next` is the value of `after` for the next page, null if no more will come.
 */
export function events(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const id = await executionParam(context.store, request);
    const parsed = parseInput(eventsQuerySchema, request.query);
    const types = parsed.types?.split(",").map((name) => name.trim());
    const query = { ...parsed, types };
    const head = await readExecutionHead(context.store, id);
    if (head === undefined) throw executionNotFound(id);
    const signal = untilClosed(context, response);

    if (request.accepts(["json", "text/event-stream"]) === "text/event-stream") {
      const after = parseHeaders(eventsHeadersSchema, request)["Last-Event-ID"] ?? query.after;
      // 204 makes an EventSource stop reconnecting.
      if (hasEnded(head.state) && after >= head.seq) {
        response.status(204).end();
        return;
      }
      using _place = context.streams.take(identityOf(request).name);
      await streamEvents(context, response, { id, after, types: query.types, signal });
      return;
    }

    const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(query.wait * 1000))]);
    let page = await readEventPage(context.store, id, query);
    while (page.events.length === 0 && query.wait > 0 && !deadline.aborted) {
      const moved = await context.watch.beyond(id, page.scanned, deadline);
      if (moved === undefined || moved === "gone" || moved.seq <= page.scanned) break;
      page = await readEventPage(context.store, id, { ...query, after: page.scanned });
    }
    const now = await readExecutionHead(context.store, id);
    const over = now === undefined || (hasEnded(now.state) && page.scanned >= now.seq);
    response.setHeader("cache-control", "no-store");
    response.type("json");
    // The events are already JSON texts.
    const texts = page.events.map((event) => event.json).join(",");
    response.send(`{"events":[${texts}],"next":${over ? null : page.scanned}}`);
  };
}

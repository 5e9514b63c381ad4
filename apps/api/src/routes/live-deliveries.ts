import { liveAttemptSchema } from "@crewstream/contracts";
import type { Response } from "express";
import { beginEventStream, message } from "../events/server-sent-events.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { untilClosed } from "../middleware/until-closed.ts";
import type { Operation } from "../operations/operation.ts";
import { liveAttemptView } from "../views/delivery.ts";

/** A reader that is this far behind misses attempts rather than filling our memory: it is a view, not a record. */
const mostBufferedBytes = 1024 * 1024;

/** `GET /deliveries/live`: every attempt of the deployment as it is made. */
export const liveDeliveries: Operation = {
  method: "get",
  path: "/deliveries/live",
  tag: "Deliveries",
  summary: "Follows attempts as they are made, as Server-Sent Events",
  description: "A view for people: begins now, and a slow reader misses some. Each message is one attempt.",
  scopes: ["read"],
  answers: { 200: { description: "A stream", stream: { "": liveAttemptSchema } } },
  handle: (context) => async (request, response) => {
    using _place = context.streams.take(identityOf(request).name);
    const signal = untilClosed(context, response);
    using _stream = beginEventStream(response);
    const stop = context.attempts.listen((attempts) => {
      const text = attempts.map((attempt) => message(JSON.stringify(liveAttemptView(attempt)))).join("");
      if (!isBehind(response)) response.write(text);
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    stop();
    response.end();
  },
};

function isBehind(response: Response): boolean {
  return response.writableLength > mostBufferedBytes;
}

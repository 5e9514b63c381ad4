import { liveAttemptSchema } from "@crewstream/contracts";
import type { Response } from "express";
import { identityOf } from "../middleware/authenticate.ts";
import { untilClosed } from "../middleware/until-closed.ts";
import type { Operation } from "../operations/operation.ts";
import { liveAttemptView } from "../views/delivery.ts";

const heartbeatMs = 15_000;
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
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.write("retry: 1000\n\n");
    const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMs);
    const stop = context.attempts.listen((attempts) => {
      const text = attempts.map((attempt) => `data: ${JSON.stringify(liveAttemptView(attempt))}\n\n`).join("");
      if (!isBehind(response)) response.write(text);
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    stop();
    clearInterval(heartbeat);
    response.end();
  },
};

function isBehind(response: Response): boolean {
  return response.writableLength > mostBufferedBytes;
}

import { liveAttemptSchema, parseExecutionId } from "@crewstream/contracts";
import type { Attempt, Store } from "@crewstream/redis";
import type { Response } from "express";
import type { Identity } from "../auth/tokens.ts";
import { isVisible } from "../auth/visibility.ts";
import { beginEventStream, message } from "../events/server-sent-events.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { untilClosed } from "../middleware/until-closed.ts";
import type { Operation } from "../operations/operation.ts";
import { liveAttemptView } from "../views/delivery.ts";

/** A reader that is this far behind misses attempts instead of filling our memory: it is a view, not a record. */
const maxBufferedBytes = 1024 * 1024;

/** Number of executions for which a stream remembers whether its token may see them. */
const maxRemembered = 10_000;

/** `GET /deliveries/live`: every attempt that a token may see, when it is made. */
export const liveDeliveries: Operation = {
  method: "get",
  path: "/deliveries/live",
  tag: "Deliveries",
  summary: "Streams attempts live, as Server-Sent Events",
  description: "A view for people: begins now, and a slow reader misses some. Each message is one attempt.",
  scopes: ["read"],
  keepsToOwn: true,
  answers: { 200: { description: "A stream", stream: { "": liveAttemptSchema } } },
  handle: (context) => async (request, response) => {
    const identity = identityOf(request);
    using _place = context.streams.take(identity.name);
    const signal = untilClosed(context, response);
    using _stream = beginEventStream(response);
    const visible = visibleAttempts(context.store, identity);
    const stop = context.attempts.listen(async (logged) => {
      const attempts = await visible(logged);
      if (attempts.length === 0) return;
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

/** Filters attempts to those of executions that a token may see; an execution's owner never changes. */
function visibleAttempts(
  store: Store,
  identity: Identity,
): (logged: readonly Attempt[]) => Promise<readonly Attempt[]> {
  if (!identity.own) return async (logged) => logged;
  const known = new Map<string, boolean>();
  const look = async (text: string): Promise<void> => {
    const id = parseExecutionId(text);
    known.set(text, id !== undefined && (await isVisible(store, identity, id)));
  };
  return async (logged) => {
    if (known.size > maxRemembered) known.clear();
    const unknown = new Set(logged.map(({ executionId }) => executionId).filter((id) => !known.has(id)));
    await Promise.all([...unknown].map(look));
    return logged.filter(({ executionId }) => known.get(executionId) === true);
  };
}

function isBehind(response: Response): boolean {
  return response.writableLength > maxBufferedBytes;
}

import { once } from "node:events";
import { hasEnded, type ExecutionId } from "@crewstream/contracts";
import { isOutage, type Store } from "@crewstream/redis";
import type { Response } from "express";
import type { ApiContext } from "../api-context.ts";
import { readEventPage } from "./event-page.ts";
import { beginEventStream, message } from "./server-sent-events.ts";

const pageEvents = 200;

/**
 * Streams an execution's events as Server-Sent Events until it has ended, the client leaves or the process stops. An
 * event's `id` is its sequence number, so a client that reconnects with `Last-Event-ID` misses nothing and gets nothing
 * twice. The last message is of type `end`. A slow client is waited for: nothing piles up for it.
 */
export async function streamEvents(
  context: Pick<ApiContext, "store" | "watch">,
  response: Response,
  request: { id: ExecutionId; after: number; types: readonly string[] | undefined; signal: AbortSignal },
): Promise<void> {
  const { signal } = request;
  using _stream = beginEventStream(response);
  try {
    let { after } = request;
    while (!signal.aborted) {
      const head = await context.watch.beyond(request.id, after, signal);
      if (head === undefined) break;
      if (head === "gone" || (head.seq <= after && hasEnded(head.state))) {
        const state = head === "gone" ? "NOT FOUND" : head.state;
        await send(response, message(JSON.stringify({ state }), { event: "end" }), signal);
        break;
      }
      const { id, types } = request;
      const from = after;
      const page = await context.watch.pages
        .read(JSON.stringify([id, from, types]), () => readText(context.store, id, { after: from, types }))
        .catch(ignoreOutage);
      if (page === undefined) continue;
      await send(response, page.text, signal);
      after = page.scanned;
    }
  } finally {
    response.end();
  }
}

/** The next page as messages; a hundred readers at one place share it. */
async function readText(
  store: Store,
  id: ExecutionId,
  request: { after: number; types: readonly string[] | undefined },
): Promise<{ text: string; scanned: number }> {
  const { events, scanned } = await readEventPage(store, id, { ...request, limit: pageEvents });
  const text = events.map((event) => message(event.json, { id: event.seq })).join("");
  if (events.at(-1)?.seq === scanned) return { text, scanned };
  // Events that the client did not ask for move its place on as well: one that reconnects need not look at them again.
  return { text: text + message(JSON.stringify({ after: scanned }), { event: "position", id: scanned }), scanned };
}

function ignoreOutage(error: unknown): undefined {
  if (!isOutage(error)) throw error;
}

async function send(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (text === "" || signal.aborted || response.write(text)) return;
  await once(response, "drain", { signal }).catch(() => undefined);
}

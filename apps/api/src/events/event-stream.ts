import { once } from "node:events";
import { hasEnded, type ExecutionId } from "@crewstream/contracts";
import { isOutage, type Store } from "@crewstream/redis";
import type { Response } from "express";
import type { ApiContext } from "../api-context.ts";
import { readEventPage } from "./event-page.ts";

/** Proxies cut a silent connection off after 30 s and more. */
const heartbeatMs = 15_000;
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
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  await send(response, "retry: 1000\n\n", signal);
  const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMs);
  try {
    let { after } = request;
    while (!signal.aborted) {
      const head = await context.watch.beyond(request.id, after, signal);
      if (head === undefined) break;
      if (head === "gone" || (head.seq <= after && hasEnded(head.state))) {
        const state = head === "gone" ? "NOT FOUND" : head.state;
        await send(response, `event: end\ndata: ${JSON.stringify({ state })}\n\n`, signal);
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
    clearInterval(heartbeat);
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
  const text = events.map((event) => `id: ${event.seq}\ndata: ${event.json}\n\n`).join("");
  // Events that the client did not ask for move its place on as well, at no cost to it.
  return { text: events.at(-1)?.seq === scanned ? text : `${text}id: ${scanned}\n\n`, scanned };
}

function ignoreOutage(error: unknown): undefined {
  if (!isOutage(error)) throw error;
}

async function send(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (text === "" || signal.aborted || response.write(text)) return;
  await once(response, "drain", { signal }).catch(() => undefined);
}

import { once } from "node:events";
import type { ExecutionId } from "@crewstream/contracts";
import type { ExecutionRecord, Store } from "@crewstream/redis";
import type { Response } from "express";
import type { ApiContext } from "../api-context.ts";
import { humanRequests } from "../views/human-request.ts";
import { readEventPage } from "./event-page.ts";
import { followRun, type RunUpdate } from "./follow-run.ts";
import { beginEventStream, message } from "./server-sent-events.ts";

const pageEvents = 200;

/**
 * Streams an execution's events as Server-Sent Events until it has ended, the client disconnects or the process stops.
 * An event's `id` is its sequence number, so a client that reconnects with `Last-Event-ID` misses nothing and gets
 * nothing twice. A message of type `state` reports a pause or resumption; the last one is of type `end`. The stream
 * waits for a slow client: nothing accumulates for it.
 */
export async function streamEvents(
  context: Pick<ApiContext, "store" | "watch">,
  response: Response,
  request: { id: ExecutionId; after: number; types: readonly string[] | undefined; signal: AbortSignal },
): Promise<void> {
  const { id, after, types, signal } = request;
  const { store, watch } = context;
  using _stream = beginEventStream(response);
  const read = (from: number) =>
    watch.pages.read(JSON.stringify([id, from, types]), () => readText(store, id, { after: from, types }));
  try {
    for await (const step of followRun(context, { id, after, signal, read })) {
      await sendText(response, textOf(step), signal);
    }
  } finally {
    response.end();
  }
}

function textOf(step: RunUpdate<{ text: string; scanned: number }>): string {
  switch (step.kind) {
    case "page":
      return step.page.text;
    case "paused":
      return message(JSON.stringify(pausedState(step.record)), { event: "state" });
    case "resumed":
      return message(JSON.stringify({ state: step.state }), { event: "state" });
    case "end":
      return message(JSON.stringify(endState(step.record)), { event: "end" });
    default:
      return step satisfies never;
  }
}

function pausedState(record: ExecutionRecord) {
  return { state: record.state, requests: humanRequests(record) };
}

function endState(record: ExecutionRecord | undefined) {
  if (record === undefined) return { state: "NOT FOUND" };
  const { state, error, error_type } = record;
  return {
    state,
    ...(error === undefined ? {} : { error }),
    ...(error_type === undefined ? {} : { error_type }),
  };
}

/** The next page as messages; readers at the same position share it. */
async function readText(
  store: Store,
  id: ExecutionId,
  request: { after: number; types: readonly string[] | undefined },
): Promise<{ text: string; scanned: number }> {
  const { events, scanned } = await readEventPage(store, id, { ...request, limit: pageEvents });
  const text = events.map((event) => message(event.json, { id: event.seq })).join("");
  if (events.at(-1)?.seq === scanned) return { text, scanned };
  // Events that the client did not ask for advance its position too, so that they are not read again after a reconnect.
  return { text: text + message(JSON.stringify({ after: scanned }), { event: "position", id: scanned }), scanned };
}

/** Writes to a client; waits for a slow one. */
export async function sendText(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (text === "" || signal.aborted || response.write(text)) return;
  await once(response, "drain", { signal }).catch(() => undefined);
}

import { eventsPageSchema } from "@crewstream/contracts";
import { useEffect, useState } from "react";
import type { z } from "zod";
import { ApiError, queryText, request } from "./request.ts";

export type RunEvent = z.infer<typeof eventsPageSchema>["events"][number];

export interface EventFeed {
  events: readonly RunEvent[];
  /** Whether all events that there will ever be have been read. */
  over: boolean;
  error: Error | undefined;
  /** Whether there are more than the page keeps. */
  truncated: boolean;
}

const pageLength = 500;
/** More than a person reads; with more the page would be slow and the API is the better tool. */
export const maxEvents = 20_000;
const waitSeconds = 20;
const pauseAfterErrorMs = 3000;

const nothing: EventFeed = { events: [], over: false, error: undefined, truncated: false };

/** All events of an execution, and each further one as it is published: pages first, then long-polling. */
export function useEvents(executionId: string): EventFeed {
  const [feed, setFeed] = useState(nothing);
  useEffect(() => {
    const stop = new AbortController();
    setFeed(nothing);
    void follow(executionId, setFeed, stop.signal);
    return () => stop.abort();
  }, [executionId]);
  return feed;
}

type Update = (change: (before: EventFeed) => EventFeed) => void;

async function follow(id: string, update: Update, signal: AbortSignal): Promise<void> {
  let after: number | null = 0;
  let kept = 0;
  while (after !== null && kept < maxEvents && !signal.aborted) {
    try {
      const query = queryText({ after, limit: pageLength, wait: kept === 0 ? 0 : waitSeconds });
      const page: z.infer<typeof eventsPageSchema> = await request(
        `api/v1/executions/${encodeURIComponent(id)}/events${query}`,
        eventsPageSchema,
        { signal },
      );
      if (signal.aborted) return;
      after = page.next;
      kept += page.events.length;
      // An empty first page must not be requested repeatedly without waiting.
      if (page.events.length === 0 && kept === 0) await pause(1000, signal);
      update((before) => ({ ...before, events: [...before.events, ...page.events], error: undefined }));
    } catch (error) {
      if (signal.aborted) return;
      update((before) => ({ ...before, error: error instanceof Error ? error : new Error(String(error)) }));
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) return;
      await pause(pauseAfterErrorMs, signal);
    }
  }
  if (!signal.aborted) update((before) => ({ ...before, over: after === null, truncated: after !== null }));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

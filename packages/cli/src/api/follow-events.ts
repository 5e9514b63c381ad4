import { setTimeout as delay } from "node:timers/promises";
import { AppError, eventEnvelopeSchema, type EventEnvelope } from "@crewstream/contracts";
import type { ApiClient } from "./api-client.ts";
import { query, segment } from "./paths.ts";
import { parseServerSentEvents } from "./server-sent-events.ts";

export interface FollowOptions {
  executionId: string;
  /** Sequence number after which to begin. */
  after?: number;
  types?: string | undefined;
  signal: AbortSignal;
  /** Pause before a lost connection is opened again. */
  reconnectMs?: number;
}

/**
 * Every event of an execution in order, from the requested sequence until it has ended, over as many connections as necessary:
 * each continues after the last event received. Returns the state in which the run ended.
 */
export async function* followEvents(
  client: ApiClient,
  options: FollowOptions,
): AsyncGenerator<EventEnvelope, string | undefined> {
  const { executionId, signal, reconnectMs = 1000 } = options;
  const path = `/api/v1/executions/${segment(executionId)}/events${query({ types: options.types })}`;
  let last = String(options.after ?? 0);
  for (let connected = false; !signal.aborted;) {
    try {
      const headers = { accept: "text/event-stream", "last-event-id": last };
      const response = await client.open("GET", path, {
        headers,
        signal,
      });
      connected = true;
      // 204: the run has ended, and all its events have been received.
      if (response.status === 204 || response.body === null) return undefined;
      for await (const message of parseServerSentEvents(response.body)) {
        if (message.id !== undefined) last = message.id;
        if (message.event === "end") return (JSON.parse(message.data) as { state: string }).state;
        if (message.event === "message" && message.data !== "")
          yield eventEnvelopeSchema.parse(JSON.parse(message.data));
      }
    } catch (error) {
      // A first connection that fails is reported; a later failure is a restart or a temporary network problem.
      if (signal.aborted) return undefined;
      if (!connected || (AppError.is(error) && !error.retryable)) throw error;
    }
    await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

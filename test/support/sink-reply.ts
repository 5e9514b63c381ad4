import type { IncomingMessage, ServerResponse } from "node:http";

/** How a receiver responds: a plain status, or one of the ways in which receivers misbehave. */
export type Reply =
  | number
  | { status: number; headers?: Record<string, string>; body?: string; afterMs?: number }
  /** Responds when this promise resolves. The request counts as received immediately. */
  | { status: number; after: Promise<unknown> }
  /** Reads the request and never responds. */
  | "hang"
  /** Resets the connection instead of responding. */
  | "reset"
  /** Sends a 200, which acknowledges, and then one byte of body every 50 ms, without end. */
  | "drip"
  /** Responds 302 with this address. */
  | { redirect: string };

/** A reply, or a choice that depends on the request and on how many arrived at its path before (from 0). */
export type Script = Reply | readonly Reply[] | ((request: SinkRequest) => Reply);

export interface SinkRequest {
  /** Arrival order over all paths, from 0. */
  index: number;
  /** Arrival order among the requests to this path, from 0. */
  nth: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  /** The body's bytes as text, exactly as sent. */
  rawBody: string;
  /** The events of the body, in order; empty if it is not a batch. */
  events: SinkEvent[];
  /** The response's status; undefined while unanswered, hung or reset. */
  status: number | undefined;
}

export interface SinkEvent {
  id: string;
  execution_id: string;
  timestamp: string;
  type: string;
  data: Record<string, unknown>;
}

/** Selects the reply of a script for a request; an exhausted list is followed by 200. */
export function pickReply(script: Script | undefined, request: SinkRequest): Reply {
  if (script === undefined) return 200;
  if (typeof script === "function") return script(request);
  return Array.isArray(script) ? ((script as readonly Reply[])[request.nth] ?? 200) : (script as Reply);
}

/** Responds as requested. Resolves with the status when the response has been written, undefined if there is none. */
export async function sendReply(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number | undefined> {
  if (reply === "hang") return undefined;
  if (reply === "reset") {
    request.socket.resetAndDestroy();
    return undefined;
  }
  if (reply === "drip") {
    response.writeHead(200).flushHeaders();
    const timer = setInterval(() => response.write("."), 50);
    response.once("close", () => clearInterval(timer));
    return 200;
  }
  const answer = typeof reply === "number" ? { status: reply } : reply;
  if ("redirect" in answer) {
    response.writeHead(302, { location: answer.redirect }).end();
    return 302;
  }
  if ("after" in answer) {
    await answer.after;
    response.writeHead(answer.status).end();
    return answer.status;
  }
  if (answer.afterMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.afterMs));
  response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
  return answer.status;
}

import type { Response } from "express";

/** Proxies cut a silent connection off after 30 s or more. */
const heartbeatMs = 15_000;

/**
 * Begins a response of Server-Sent Events and keeps its connection from falling silent until it is disposed. Every
 * message has `data`: the HTML standard ignores one without, but httpx-sse (Python) returns an empty event for each
 * empty line after the first `id` or `retry`. So `retry` is part of the first message, and comments do not end a
 * message.
 */
export function beginEventStream(response: Response): Disposable {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  response.write("retry: 1000\n");
  const heartbeat = setInterval(() => response.write(": still here\n"), heartbeatMs);
  return { [Symbol.dispose]: () => clearInterval(heartbeat) };
}

/** One message. @param data JSON on one line */
export function message(data: string, { id, event }: { id?: number; event?: string } = {}): string {
  const named = event === undefined ? "" : `event: ${event}\n`;
  return `${named}${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}

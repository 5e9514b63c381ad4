import http from "node:http";
import { marksIn } from "../event-text.ts";
import { serveParent } from "../harness/messages.ts";
import { preciseNow } from "../load.ts";

/** What some readers of one stream received. */
export interface ReadResult {
  events: number;
  /** Readers that did not get every event once and in order. */
  wrong: number;
  p50: number;
  p99: number;
  lastAt: number;
}

interface Reader {
  last: number;
  orderly: boolean;
  request: http.ClientRequest;
}

let readers: Reader[] = [];
let latencies: number[] = [];
let lastAt = 0;
let waiting: { last: number; resolve: () => void } | undefined;

/** The benchmark's requests to the SSE readers. */
export const sseHandlers = {
  async open({ url, token, count }: { url: string; token: string; count: number }): Promise<void> {
    latencies = [];
    readers = await Promise.all(Array.from({ length: count }, () => open(url, token)));
  },

  /** Resolves when every reader has event number `last`, or after `timeoutMs`; closes them all. */
  async until({ last, timeoutMs }: { last: number; timeoutMs: number }): Promise<ReadResult> {
    await new Promise<void>((resolve) => {
      waiting = { last, resolve };
      setTimeout(resolve, timeoutMs).unref();
      look();
    });
    const sorted = latencies.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    const wrong = readers.filter((reader) => !reader.orderly || reader.last !== last).length;
    for (const { request } of readers) request.destroy();
    return { events: sorted.length, wrong, p50: at(0.5), p99: at(0.99), lastAt };
  },
};

function open(url: string, token: string): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const headers = { accept: "text/event-stream", authorization: `Bearer ${token}` };
    const request = http.get(url, { headers, agent: false }, (response) => {
      const reader: Reader = { last: 0, orderly: true, request };
      let rest = "";
      response.setEncoding("latin1");
      response.on("error", () => undefined);
      response.on("data", (chunk: string) => {
        // Whole messages only: a marker may be split in two.
        const text = rest + chunk;
        const end = text.lastIndexOf("\n\n");
        rest = end < 0 ? text : text.slice(end + 2);
        if (end >= 0) take(reader, text.slice(0, end));
      });
      if (response.statusCode === 200) resolve(reader);
      else reject(new Error(`${url} answers ${response.statusCode}`));
    });
    request.on("error", (error) => reject(error));
  });
}

function take(reader: Reader, text: string): void {
  lastAt = preciseNow();
  for (const { seq, sentAt } of marksIn(text)) {
    if (seq !== reader.last + 1) reader.orderly = false;
    reader.last = seq;
    latencies.push(lastAt - sentAt);
  }
  look();
}

function look(): void {
  if (waiting !== undefined && readers.every(({ last }) => last >= (waiting?.last ?? 0))) waiting.resolve();
}

serveParent(sseHandlers);

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { serveParent } from "../harness/messages.ts";

/** The simplest possible fan-out: one blocking XREAD on the stream, and each event written to every reader. */
const readers = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  readers.add(response);
  response.on("close", () => readers.delete(response));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const redis = new Redis(process.env["REDIS_URL"] ?? "", { maxRetriesPerRequest: null, replyMapping: "legacy" });
let following: AbortController | undefined;

/** The benchmark's requests to the bare fan-out. */
export const bareSseHandlers = {
  /** Follows a stream from its beginning; returns the URL to read it at. */
  follow({ key }: { key: string }): string {
    following = new AbortController();
    void follow(key, following.signal);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  },
  stop(_: object): void {
    following?.abort();
  },
};

async function follow(key: string, signal: AbortSignal): Promise<void> {
  let last = "0";
  while (!signal.aborted) {
    const answer = await redis.xread("COUNT", 200, "BLOCK", 1000, "STREAMS", key, last);
    const entries = answer?.[0]?.[1] ?? [];
    if (entries.length === 0) continue;
    last = entries.at(-1)?.[0] ?? last;
    const text = entries.map(([id, fields]) => messages(id, fields[1] ?? "")).join("");
    for (const reader of readers) reader.write(text);
  }
}

/** An entry's events: a line of type and one of JSON each, numbered up to the entry's id. */
function messages(entry: string, chunk: string): string {
  const texts = chunk.split("\n").filter((_, line) => line % 2 === 1);
  const first = Number.parseInt(entry, 10) - texts.length + 1;
  return texts.map((json, index) => `id: ${first + index}\ndata: ${json}\n\n`).join("");
}

serveParent(bareSseHandlers);

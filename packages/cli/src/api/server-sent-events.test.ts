import { expect, test } from "vitest";
import { parseServerSentEvents, type ServerSentEvent } from "./server-sent-events.ts";

async function parse(...chunks: readonly (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(new Uint8Array(typeof chunk === "string" ? encoder.encode(chunk) : chunk));
      controller.close();
    },
  });
  return Array.fromAsync(parseServerSentEvents(body));
}

const text = 'retry: 1000\n\n: comment\n\nid: 1\ndata: {"ü":1}\n\nid: 7\n\nevent: end\ndata: a\ndata: b\n\n';
const expected = [
  { id: "1", event: "message", data: '{"ü":1}' },
  { id: "7", event: "message", data: "" },
  { id: undefined, event: "end", data: "a\nb" },
];

test("reads ids, types and data; skips comments", async () => {
  expect(await parse(text)).toEqual(expected);
  expect(await parse(text.replaceAll("\n", "\r\n"))).toEqual(expected);
});

test("chunks may end anywhere, within a character too", async () => {
  const bytes = new TextEncoder().encode(text);
  for (let at = 1; at < bytes.length; at += 1) {
    expect(await parse(bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected);
  }
});

test("a message that was cut off is not given out", async () => {
  expect(await parse("id: 1\ndata: {}\n\nid: 2\ndata: {")).toHaveLength(1);
});

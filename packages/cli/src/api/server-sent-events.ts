import { createParser } from "eventsource-parser";

/** One message of a `text/event-stream`; `event` is `message` where the stream names none. */
export interface ServerSentEvent {
  id: string | undefined;
  event: string;
  /** Empty for an id without data, which only moves the position to continue from. */
  data: string;
}

/** Reads a stream of Server-Sent Events (HTML standard, 9.2); comments and `retry` are skipped. */
export async function* parseServerSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const complete: ServerSentEvent[] = [];
  const parser = createParser({
    // Called for a message with data too, just before `onEvent`.
    onId: (id) => void complete.push({ id, event: "message", data: "" }),
    onEvent({ id, event = "message", data }) {
      if (id !== undefined) complete.pop();
      complete.push({ id, event, data });
    },
  });
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    parser.feed(text);
    yield* complete.splice(0);
  }
}

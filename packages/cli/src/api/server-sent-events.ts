import { EventSourceParserStream } from "eventsource-parser/stream";

/** One message of a `text/event-stream`; `event` is `message` where the stream names none. */
export interface ServerSentEvent {
  id: string | undefined;
  event: string;
  data: string;
}

/** Reads a stream of Server-Sent Events (HTML standard, 9.2); comments, `retry` and messages without data are skipped. */
export async function* parseServerSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const messages = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { id, event = "message", data } of messages) yield { id, event, data };
}

/** One message of a `text/event-stream`; `event` is `message` where the stream names none. */
export interface ServerSentEvent {
  id: string | undefined;
  event: string;
  data: string;
}

/** Reads a stream of Server-Sent Events (HTML standard, 9.2); comments and `retry` are left out. */
export async function* parseServerSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let buffered = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    buffered = (buffered + text).replaceAll("\r\n", "\n");
    const blocks = buffered.split("\n\n");
    // The last one is not complete yet: a message ends with an empty line.
    buffered = blocks.pop() ?? "";
    for (const block of blocks) {
      const message = parseBlock(block);
      if (message !== undefined) yield message;
    }
  }
}

function parseBlock(block: string): ServerSentEvent | undefined {
  const fields = block.split("\n").map((line) => {
    const colon = line.indexOf(":");
    const [name, value] = colon === -1 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1)];
    return { name, value: value.startsWith(" ") ? value.slice(1) : value };
  });
  const valueOf = (wanted: string): string | undefined => fields.findLast(({ name }) => name === wanted)?.value;
  const data = fields.filter(({ name }) => name === "data").map(({ value }) => value);
  const id = valueOf("id");
  if (data.length === 0 && id === undefined) return undefined;
  return { id, event: valueOf("event") ?? "message", data: data.join("\n") };
}

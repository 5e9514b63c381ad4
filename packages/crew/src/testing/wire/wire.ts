/** A provider's response: a text, or a tool call after reasoning that must be sent back with the next request. */
export type Say = { text: string } | { tool: string; args: Record<string, unknown> };

/** One provider's wire format, as its servers use it. Every response costs {@link spent}. */
export interface Wire {
  /** The whole response as JSON. */
  whole(say: Say): object;
  contentType: string;
  /** The same as a stream, chunk by chunk; the last chunk ends it. */
  stream(say: Say): (string | Buffer)[];
  /** The body of a rejection, with an HTTP status. */
  refusal(message: string): object;
  /** What reports inside a stream that the model is overloaded. */
  overloaded: string | Buffer;
  /** Whether a request asks for a stream. */
  streams(request: { path: string; body: Record<string, unknown> }): boolean;
}

/** Tokens of one response. `cached` are among the prompt's, `reasoning` among the response's. */
export const spent = { prompt: 100, cached: 7, completion: 20, reasoning: 4 };

/** A text in two chunks, as a model would stream it. */
export function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

export const sse = (data: object, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

export const bodyAsksForStream: Wire["streams"] = ({ body }) => body["stream"] === true;

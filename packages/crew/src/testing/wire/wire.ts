/** What a provider answers: a text, or a call of a tool after a thought that must come back with the next question. */
export type Say = { text: string } | { tool: string; args: Record<string, unknown> };

/** One provider's format on the wire, as its servers speak it. Every answer costs {@link spent}. */
export interface Wire {
  /** The whole answer as JSON. */
  whole(say: Say): object;
  contentType: string;
  /** The same as a stream, piece by piece; the last piece ends it. */
  stream(say: Say): (string | Buffer)[];
  /** A refusal's body, under an HTTP status. */
  refusal(message: string): object;
  /** What says inside a stream that the model is overloaded. */
  overloaded: string | Buffer;
  /** Whether a request asks for a stream. */
  streams(request: { path: string; body: Record<string, unknown> }): boolean;
}

/** Tokens of one answer. `cached` are of the prompt's, `reasoning` of the answer's. */
export const spent = { prompt: 100, cached: 7, completion: 20, reasoning: 4 };

/** A text in two pieces, as a model would write it. */
export function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

export const sse = (data: object, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

export const bodyAsksForStream: Wire["streams"] = ({ body }) => body["stream"] === true;

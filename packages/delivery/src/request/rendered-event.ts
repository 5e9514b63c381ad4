/** An event as it is sent to one subscription. */
export interface RenderedEvent {
  seq: number;
  /** The event's JSON under the requested name, or the whole body of a legacy form. */
  text: string;
  bytes: number;
  /** The event's JSON as it is stored. */
  source: string;
  /** For a subscription that merges the chunks of a response: which chunk this is. */
  chunk?: Chunk | undefined;
}

/** Tells whether a chunk directly follows another. */
export interface Chunk {
  /** Everything that the chunks of one response have in common. */
  response: string;
  /** Its position in the response, if that is known. */
  index: number | undefined;
}

/** An event as it leaves for one subscription. */
export interface RenderedEvent {
  seq: number;
  /** The event's JSON under the name that was asked for, or the whole body of a legacy form. */
  text: string;
  bytes: number;
  /** As it is stored. */
  source: string;
  /** For a subscription that joins the pieces of an answer: which one this is. */
  piece?: Piece | undefined;
}

/** What decides whether a piece goes on where the one before it ended. */
export interface Piece {
  /** All that the pieces of one answer have in common. */
  answer: string;
  /** Its place in the answer, where that is known. */
  index: number | undefined;
}

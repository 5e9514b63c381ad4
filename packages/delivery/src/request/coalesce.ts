import type { Piece, RenderedEvent } from "./rendered-event.ts";

/** Events that come in runs: the pieces of one answer of a model. */
export const pieceTypes: ReadonlySet<string> = new Set(["llm_stream_chunk", "llm_thinking_chunk"]);

interface PieceData extends Record<string, unknown> {
  chunk: string;
  emission_sequence: number;
  chunk_index?: number;
  tool_call?: { function?: Record<string, unknown> } | null;
}
interface PieceEnvelope {
  id: string;
  type: string;
  data: PieceData;
}

/** Reads a piece; undefined for one that has no text of its own, which goes out as it is. */
export function readPiece(json: string): Piece | undefined {
  const { type, data } = JSON.parse(json) as PieceEnvelope;
  if (typeof data.chunk !== "string") return undefined;
  // What each piece has of its own, and what only grows along the answer.
  const { chunk: _, chunk_index: index, emission_sequence: _seq, event_id: _id, previous_event_id: _p, ...rest } = data;
  const call = rest.tool_call;
  const same = { ...rest, tool_call: call && { ...call, function: { ...call.function, arguments: undefined } } };
  return { answer: JSON.stringify([type, same]), index: typeof index === "number" ? index : undefined };
}

/** Whether `next` goes on where `event` ended, so that both can be one event. */
export function goesOn(event: RenderedEvent | undefined, next: RenderedEvent): boolean {
  const [before, after] = [event?.piece, next.piece];
  if (before === undefined || after === undefined || before.answer !== after.answer) return false;
  return before.index === undefined ? after.index === undefined : after.index === before.index + 1;
}

/**
 * The texts of a body in which each run of pieces is one event: the first one's envelope and fields, all their characters
 * in `chunk`, and in `data.coalesced` up to where it goes. A function of the events alone, so every attempt has the same bytes.
 */
export function coalesce(events: readonly RenderedEvent[]): string[] {
  const runs: RenderedEvent[][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (run !== undefined && goesOn(run.at(-1), event)) run.push(event);
    else runs.push([event]);
  }
  return runs.map((run) => (run.length === 1 ? (run[0]?.text ?? "") : join(run)));
}

function join(run: readonly RenderedEvent[]): string {
  const pieces = run.map(({ text }) => JSON.parse(text) as PieceEnvelope);
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (first === undefined || last === undefined) return "";
  return JSON.stringify({
    ...first,
    data: {
      ...first.data,
      chunk: pieces.map(({ data }) => data.chunk).join(""),
      // Arguments of a tool are told as far as they are known, so the last piece knows all of them.
      ...(last.data.tool_call === undefined ? {} : { tool_call: last.data.tool_call }),
      coalesced: {
        events: run.length,
        last_event_id: last.id,
        last_emission_sequence: last.data.emission_sequence,
      },
    },
  });
}

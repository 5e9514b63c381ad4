import type { Chunk, RenderedEvent } from "./rendered-event.ts";

/** Events of which several in a row make up one text: the streamed chunks of a model's response. */
export const chunkTypes: ReadonlySet<string> = new Set(["llm_stream_chunk", "llm_thinking_chunk"]);

interface ChunkData extends Record<string, unknown> {
  chunk: string;
  emission_sequence: number;
  chunk_index?: number;
  tool_call?: { function?: Record<string, unknown> } | null;
}
interface ChunkEnvelope {
  id: string;
  type: string;
  data: ChunkData;
}

/** Reads a chunk; undefined for an event without text, which is sent unchanged. */
export function readChunk(json: string): Chunk | undefined {
  const { type, data } = JSON.parse(json) as ChunkEnvelope;
  if (typeof data.chunk !== "string") return undefined;
  // Without the fields that differ from chunk to chunk, and without those that only grow.
  const { chunk: _, chunk_index: index, emission_sequence: _seq, event_id: _id, previous_event_id: _p, ...rest } = data;
  const call = rest.tool_call;
  const same = { ...rest, tool_call: call && { ...call, function: { ...call.function, arguments: undefined } } };
  return { response: JSON.stringify([type, same]), index: typeof index === "number" ? index : undefined };
}

/** Whether `next` is the chunk that directly follows `event`, so that both can be merged. */
export function follows(event: RenderedEvent | undefined, next: RenderedEvent): boolean {
  const [before, after] = [event?.chunk, next.chunk];
  if (before === undefined || after === undefined || before.response !== after.response) return false;
  return before.index === undefined ? after.index === undefined : after.index === before.index + 1;
}

/**
 * The texts of a body in which consecutive chunks are merged into one event: the first one's envelope and fields, all
 * their characters in `chunk`, and in `data.coalesced` what was merged. A function of the events alone, so every attempt
 * has the same bytes.
 */
export function coalesce(events: readonly RenderedEvent[]): string[] {
  const groups: RenderedEvent[][] = [];
  for (const event of events) {
    const group = groups.at(-1);
    if (group !== undefined && follows(group.at(-1), event)) group.push(event);
    else groups.push([event]);
  }
  return groups.map((group) => (group.length === 1 ? (group[0]?.text ?? "") : merge(group)));
}

function merge(group: readonly RenderedEvent[]): string {
  const chunks = group.map(({ text }) => JSON.parse(text) as ChunkEnvelope);
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return "";
  return JSON.stringify({
    ...first,
    data: {
      ...first.data,
      chunk: chunks.map(({ data }) => data.chunk).join(""),
      // A tool call's arguments accumulate from chunk to chunk: the last one has all of them.
      ...(last.data.tool_call === undefined ? {} : { tool_call: last.data.tool_call }),
      coalesced: {
        events: group.length,
        last_event_id: last.id,
        last_emission_sequence: last.data.emission_sequence,
      },
    },
  });
}

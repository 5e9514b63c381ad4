import type { StoredEvent } from "@crewstream/contracts";

/**
 * Several events of one write share an entry of the stream: a reader's work per entry (in Redis, and in the client that
 * parses the reply) is six times that of a line in it. An entry is small enough that reading from its middle is cheap,
 * and that Redis is never busy with one for long.
 */
const chunkEvents = 64;
const chunkCharacters = 32 * 1024;

/** An entry: its id is the sequence of its last event, so the first entry from N on is the one that contains N. */
export interface EventChunk {
  last: number;
  /** Per event its type and its JSON, one line each; neither contains a line break. */
  text: string;
}

/** Groups the events of one write into entries; the same events always into the same entries. */
export function toChunks(events: readonly StoredEvent[]): EventChunk[] {
  const chunks: EventChunk[] = [];
  let lines: string[] = [];
  let characters = 0;
  for (const [index, event] of events.entries()) {
    lines.push(event.type, event.json);
    characters += event.json.length;
    const next = events[index + 1];
    const full = lines.length >= 2 * chunkEvents || characters + (next?.json.length ?? 0) > chunkCharacters;
    if (next !== undefined && !full) continue;
    chunks.push({ last: event.seq, text: lines.join("\n") });
    lines = [];
    characters = 0;
  }
  return chunks;
}

/** The events of an entry with a sequence from `from` to `to`. */
export function fromChunk({ last, text }: EventChunk, from: number, to: number): StoredEvent[] {
  const lines = text.split("\n");
  const first = last - lines.length / 2 + 1;
  const events: StoredEvent[] = [];
  for (let seq = Math.max(first, from); seq <= last && seq <= to; seq += 1) {
    const at = 2 * (seq - first);
    const json = lines[at + 1] ?? "";
    events.push({ seq, id: idIn(json), type: lines[at] ?? "", json });
  }
  return events;
}

const idKey = '{"id":"';

/** The envelope begins with the event's id, a UUID. */
function idIn(json: string): string {
  return json.startsWith(idKey) ? json.slice(idKey.length, json.indexOf('"', idKey.length)) : "";
}

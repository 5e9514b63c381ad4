import type { StoredEvent } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { fromChunk, toChunks, type EventChunk } from "./event-chunks.ts";

const event = (seq: number, text = "x"): StoredEvent => ({
  seq,
  id: `id-${seq}`,
  type: `type_${seq % 3}`,
  json: JSON.stringify({ id: `id-${seq}`, type: `type_${seq % 3}`, data: { text } }),
});
const run = (from: number, count: number, text?: string): StoredEvent[] =>
  Array.from({ length: count }, (_, index) => event(from + index, text));
const all = (chunks: readonly EventChunk[]): StoredEvent[] =>
  chunks.flatMap((chunk) => fromChunk(chunk, 0, Number.MAX_SAFE_INTEGER));

describe("the entries of a stream", () => {
  test.each([
    ["one event", run(1, 1), [1]],
    ["as many as an entry takes", run(5, 64), [68]],
    ["one more", run(5, 65), [68, 69]],
    ["large ones, two to an entry", run(1, 5, "y".repeat(15_000)), [2, 4, 5]],
    ["larger ones, each alone", run(1, 3, "y".repeat(40_000)), [1, 2, 3]],
    ["line breaks and quotes of all kinds in an event's text", run(1, 3, '\n\r\u2028\u0085"\\n'), [3]],
  ])("%s: all of them come back, and each entry is named for its last", (_, events, lasts) => {
    const chunks = toChunks(events);
    expect(chunks.map(({ last }) => last)).toEqual(lasts);
    expect(all(chunks)).toEqual(events);
  });

  test("a large event does not share an entry with small ones around it", () => {
    expect(toChunks([event(1), event(2, "y".repeat(40_000)), event(3)]).map(({ last }) => last)).toEqual([1, 2, 3]);
  });

  test("a part of an entry can be read", () => {
    const [chunk] = toChunks(run(10, 5));
    expect(fromChunk(chunk!, 12, 13).map(({ seq, id }) => [seq, id])).toEqual([
      [12, "id-12"],
      [13, "id-13"],
    ]);
    expect(fromChunk(chunk!, 15, 20)).toEqual([]);
  });
});

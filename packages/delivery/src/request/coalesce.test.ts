import type { StoredEvent, Subscription } from "@crewstream/contracts";
import { describe, expect, test } from "vitest";
import { batchIsFull, batchLength } from "../feed/batch.ts";
import { createRenderer } from "./render.ts";
import type { RenderedEvent } from "./rendered-event.ts";

const subscription: Subscription = {
  url: "http://receiver.example/",
  events: ["*"],
  mode: "batched",
  form: "events",
  ordering: "relaxed",
  coalesce: true,
};
const renderer = createRenderer(subscription);

function stored(seq: number, type: string, data: Record<string, unknown>): StoredEvent {
  const id = `e${seq}`;
  const timestamp = "2026-11-26T10:00:00.000Z";
  return {
    seq,
    id,
    type,
    json: JSON.stringify({ id, execution_id: "x", timestamp, type, data: { ...data, emission_sequence: seq } }),
  };
}
const piece = (
  seq: number,
  chunk: string,
  more: Record<string, unknown> = {},
  type = "llm_stream_chunk",
): StoredEvent => stored(seq, type, { event_id: `e${seq}`, call_id: "call", chunk, chunk_index: seq, ...more });
const rendered = (...events: StoredEvent[]): RenderedEvent[] =>
  events.map((event) => renderer.render(event)).filter((event) => event !== undefined);
const sent = (...events: StoredEvent[]): { id: string; type: string; data: Record<string, unknown> }[] =>
  (JSON.parse(renderer.body(rendered(...events))) as { events: [] }).events;

describe("the pieces of one answer", () => {
  test("become one event with all their characters, that says how far it goes", () => {
    const texts = ["Hel", "lo, ", "wörld \u{1F600}", "", '"\n\\'];
    const [event, ...rest] = sent(...texts.map((text, index) => piece(index + 1, text)));
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ id: "e1", type: "llm_stream_chunk" });
    expect(event?.data).toEqual({
      event_id: "e1",
      call_id: "call",
      chunk: texts.join(""),
      chunk_index: 1,
      emission_sequence: 1,
      coalesced: { events: 5, last_event_id: "e5", last_emission_sequence: 5 },
    });
  });

  test.each<[string, StoredEvent[]]>([
    ["another call", [piece(1, "a"), piece(2, "b", { call_id: "other" })]],
    ["another agent", [piece(1, "a", { agent_role: "one" }), piece(2, "b", { agent_role: "two" })]],
    ["another event between them", [piece(1, "a"), stored(2, "note", {}), piece(3, "b")]],
    ["a piece that takes the place of another, after a crash", [piece(1, "a"), piece(2, "b", { chunk_index: 1 })]],
    ["reasoning after text", [piece(1, "a"), piece(2, "b", {}, "llm_thinking_chunk")]],
    ["a piece without text", [piece(1, "a"), stored(2, "llm_stream_chunk", { call_id: "call" })]],
  ])("are not joined over %s", (_, events) => {
    expect(sent(...events).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  test("of a tool's call are joined, with the arguments as far as they are known at the end", () => {
    const call = (args: string) => ({ tool_call: { id: "t", function: { name: "search", arguments: args } } });
    const [event] = sent(piece(1, '{"q"', call('{"q"')), piece(2, ":1}", call('{"q":1}')));
    expect(event?.data).toMatchObject({ chunk: '{"q":1}', ...call('{"q":1}') });
  });

  test("have the same bytes whenever they are rendered again", () => {
    const events = [piece(1, "a"), piece(2, "b"), stored(3, "note", { n: 1 }), piece(4, "c"), piece(5, "d")];
    expect(renderer.body(rendered(...events))).toBe(renderer.body(rendered(...events)));
  });

  test("count as one event of a batch, and leave it open while they may go on", () => {
    const pieces = rendered(...Array.from({ length: 10 }, (_, index) => piece(index + 1, "x")));
    const limits = { maxEvents: 1, maxBytes: 100_000 };
    expect(batchLength(pieces, limits)).toBe(10);
    expect(batchIsFull(pieces, limits)).toBe(false);
    const followed = [...pieces, ...rendered(stored(11, "note", {}))];
    expect(batchLength(followed, limits)).toBe(10);
    expect(batchIsFull(followed, limits)).toBe(true);
    // The limit of bytes is that of the pieces one by one: the body can only be smaller.
    expect(batchLength(pieces, { maxEvents: 1, maxBytes: 3 * (pieces[0]?.bytes ?? 0) + 20 })).toBe(3);
  });
});

test("without the wish each piece stays an event of its own", () => {
  const { coalesce: _, ...plain } = subscription;
  const apart = createRenderer(plain);
  const events = [piece(1, "a"), piece(2, "b")].map((event) => apart.render(event) as RenderedEvent);
  expect(apart.body(events)).toBe(`{"events":[${events.map(({ source }) => source).join(",")}]}`);
});

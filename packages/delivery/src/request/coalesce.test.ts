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
const chunk = (seq: number, text: string, more: Record<string, unknown> = {}, type = "llm_stream_chunk"): StoredEvent =>
  stored(seq, type, { event_id: `e${seq}`, call_id: "call", chunk: text, chunk_index: seq, ...more });
const rendered = (...events: StoredEvent[]): RenderedEvent[] =>
  events.map((event) => renderer.render(event)).filter((event) => event !== undefined);
const sent = (...events: StoredEvent[]): { id: string; type: string; data: Record<string, unknown> }[] =>
  (JSON.parse(renderer.body(rendered(...events))) as { events: [] }).events;

describe("the chunks of one response", () => {
  test("become one event with all their characters, which tells what was merged", () => {
    const texts = ["Hel", "lo, ", "wörld \u{1F600}", "", '"\n\\'];
    const [event, ...rest] = sent(...texts.map((text, index) => chunk(index + 1, text)));
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
    ["another call", [chunk(1, "a"), chunk(2, "b", { call_id: "other" })]],
    ["another agent", [chunk(1, "a", { agent_role: "one" }), chunk(2, "b", { agent_role: "two" })]],
    ["another event between them", [chunk(1, "a"), stored(2, "note", {}), chunk(3, "b")]],
    ["a chunk that replaces another, after a crash", [chunk(1, "a"), chunk(2, "b", { chunk_index: 1 })]],
    ["reasoning after text", [chunk(1, "a"), chunk(2, "b", {}, "llm_thinking_chunk")]],
    ["a chunk without text", [chunk(1, "a"), stored(2, "llm_stream_chunk", { call_id: "call" })]],
  ])("are not merged across %s", (_, events) => {
    expect(sent(...events).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  test("of a tool call are merged, with the last chunk's arguments", () => {
    const call = (args: string) => ({ tool_call: { id: "t", function: { name: "search", arguments: args } } });
    const [event] = sent(chunk(1, '{"q"', call('{"q"')), chunk(2, ":1}", call('{"q":1}')));
    expect(event?.data).toMatchObject({ chunk: '{"q":1}', ...call('{"q":1}') });
  });

  test("have the same bytes whenever they are rendered again", () => {
    const events = [chunk(1, "a"), chunk(2, "b"), stored(3, "note", { n: 1 }), chunk(4, "c"), chunk(5, "d")];
    expect(renderer.body(rendered(...events))).toBe(renderer.body(rendered(...events)));
  });

  test("count as one event of a batch, which is not full while more may follow", () => {
    const chunks = rendered(...Array.from({ length: 10 }, (_, index) => chunk(index + 1, "x")));
    const limits = { maxEvents: 1, maxBytes: 100_000 };
    expect(batchLength(chunks, limits)).toBe(10);
    expect(batchIsFull(chunks, limits)).toBe(false);
    const followed = [...chunks, ...rendered(stored(11, "note", {}))];
    expect(batchLength(followed, limits)).toBe(10);
    expect(batchIsFull(followed, limits)).toBe(true);
    // The byte limit applies to the single chunks: the body can only be smaller.
    expect(batchLength(chunks, { maxEvents: 1, maxBytes: 3 * (chunks[0]?.bytes ?? 0) + 20 })).toBe(3);
  });
});

test("unless the subscription asks for it, chunks are not merged", () => {
  const { coalesce: _, ...plain } = subscription;
  const apart = createRenderer(plain);
  const events = [chunk(1, "a"), chunk(2, "b")].map((event) => apart.render(event) as RenderedEvent);
  expect(apart.body(events)).toBe(`{"events":[${events.map(({ source }) => source).join(",")}]}`);
});

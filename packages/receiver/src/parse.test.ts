import { describeEventTypes } from "@crewstream/contracts";
import { describe, expect, expectTypeOf, test } from "vitest";
import { BodyError } from "./errors.ts";
import { parseEvents, type ReceivedEvent } from "./parse.ts";

function bodyWith(...events: object[]): string {
  const envelope = {
    id: "e1",
    execution_id: "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37",
    timestamp: "2026-11-23T14:08:45.166Z",
  };
  return JSON.stringify({ events: events.map((event) => Object.assign({}, envelope, event)) });
}

const taskCompleted = describeEventTypes().find(({ type }) => type === "task_completed")?.example;

test("every type of the catalogue is known, under its own name and its aliases", () => {
  const all = describeEventTypes().flatMap(({ type, aliases, example }) =>
    [type, ...aliases].map((name) => ({ type: name, data: example })),
  );
  const events = parseEvents(bodyWith(...all));
  expect(events.filter(({ known }) => !known)).toEqual([]);
  expect(events.map(({ type, data }) => ({ type, data }))).toEqual(all);
});

test("a known event narrows by its type", () => {
  const [event] = parseEvents(bodyWith({ type: "task_completed", data: taskCompleted }));
  const read = (received: ReceivedEvent | undefined): string => {
    if (!received?.known) return "unknown";
    if (received.type !== "task_completed") return received.type;
    expectTypeOf(received.data.output.raw).toEqualTypeOf<string>();
    return received.data.output.raw;
  };
  expect(read(event)).toBe("- Faster cold start (#812)");
});

describe("is tolerated", () => {
  test("an unknown type, whatever its data", () => {
    const data = { emission_sequence: 3, order: { id: 17 } };
    expect(parseEvents(bodyWith({ type: "order_shipped", data }))).toMatchObject([
      { known: false, type: "order_shipped", data },
    ]);
  });

  test.each(["__proto__", "constructor", "toString"])("the type %s, which every object has", (type) => {
    expect(parseEvents(bodyWith({ type, data: { emission_sequence: 3 } }))).toMatchObject([{ known: false, type }]);
  });

  test("a known type with data that this version does not know, with the differences listed", () => {
    const data = { ...taskCompleted, output: "just text" };
    const [event] = parseEvents(bodyWith({ type: "task_completed", data }));
    expect(event).toMatchObject({ known: false, data, mismatch: expect.stringContaining("output") });
  });

  test("fields that were added later, in the event and in its data", () => {
    const data = { ...taskCompleted, added: 1 };
    const [event] = parseEvents(bodyWith({ type: "task_completed", data, added: 1 }));
    expect(event).toMatchObject({ known: true, data: { added: 1 } });
  });

  test("bytes for text", () => {
    const data = { emission_sequence: 3, text: "naïve — 分析" };
    const bytes = new TextEncoder().encode(bodyWith({ type: "note", data }));
    expect(parseEvents(bytes)).toMatchObject([{ data }]);
  });
});

describe("is refused", () => {
  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a list", "[]"],
    ["null", "null"],
    ["events that are none", '{"events":[1]}'],
    ["an event without a number", bodyWith({ type: "note", data: {} })],
    ["a flat object of the older webhooks", '{"kickoff_id":"x","name":"research","output":"done"}'],
  ])("%s", (_what, body) => {
    expect(() => parseEvents(body)).toThrow(BodyError);
  });
});

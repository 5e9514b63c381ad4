import type { StoredEvent, Subscription } from "@crewstream/contracts";
import { expect, it } from "vitest";
import { Subscribers } from "./subscribers.ts";

const subscription = (events: string[], mode: "batched" | "realtime"): Subscription => ({
  url: "https://example.com",
  events,
  mode,
  form: "events",
  ordering: "relaxed",
});
const events = (count: number, type = "a", bytes = 10): StoredEvent[] =>
  Array.from({ length: count }, (_, index) => ({ seq: index + 1, id: String(index), type, json: "x".repeat(bytes) }));
const window = { maxWaitMs: 500, maxEvents: 3, maxBytes: 100 };

it("names the feeds that select an event", () => {
  const subscribers = new Subscribers([subscription(["a"], "batched"), subscription(["b*"], "realtime")], window);
  expect(subscribers.selecting(events(2, "a"))).toEqual([0]);
  expect(subscribers.selecting([...events(1, "bee"), ...events(1, "a")])).toEqual([1, 0]);
  expect(subscribers.selecting(events(1, "c"))).toEqual([]);
});

it("wakes a realtime feed immediately and a batched one after its window", () => {
  const subscribers = new Subscribers([subscription(["*"], "batched"), subscription(["*"], "realtime")], window);
  expect(subscribers.wakes(events(1), [0, 1])).toEqual([
    { feed: 0, delayMs: 500, flush: false },
    { feed: 1, delayMs: 0, flush: false },
  ]);
});

it("brings a wake forward when the batch is full by count, and resets the count", () => {
  const subscribers = new Subscribers([subscription(["a"], "batched")], window);
  expect(subscribers.wakes(events(2), [])).toEqual([]);
  expect(subscribers.wakes(events(1, "other"), [])).toEqual([]);
  expect(subscribers.wakes(events(1), [])).toEqual([{ feed: 0, delayMs: 0, flush: true }]);
  expect(subscribers.wakes(events(2), [0])).toEqual([{ feed: 0, delayMs: 500, flush: false }]);
});

it("brings a wake forward when the batch is full by bytes", () => {
  const subscribers = new Subscribers([subscription(["a"], "batched")], window);
  expect(subscribers.wakes(events(1, "a", 100), [0])).toEqual([{ feed: 0, delayMs: 0, flush: true }]);
});

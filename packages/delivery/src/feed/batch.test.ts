import { describe, expect, test } from "vitest";
import { batchIsFull, batchLength } from "./batch.ts";
import type { RenderedEvent } from "../request/rendered-event.ts";

const event = (bytes: number): RenderedEvent => ({ seq: 1, text: "x".repeat(bytes), bytes, source: "" });
const events = (...sizes: number[]): RenderedEvent[] => sizes.map(event);
const body = (list: readonly RenderedEvent[]): string => `{"events":[${list.map(({ text }) => text).join(",")}]}`;

describe("dividing into batches", () => {
  test.each([
    { sizes: [], maxEvents: 10, maxBytes: 100, expected: 0 },
    { sizes: [10], maxEvents: 10, maxBytes: 100, expected: 1 },
    { sizes: [10, 10, 10], maxEvents: 2, maxBytes: 1000, expected: 2 },
    { sizes: [10, 10, 10], maxEvents: 3, maxBytes: 1000, expected: 3 },
    // A single event is sent whatever its size; after others it waits for the next batch.
    { sizes: [5000], maxEvents: 10, maxBytes: 100, expected: 1 },
    { sizes: [5000, 1], maxEvents: 10, maxBytes: 100, expected: 1 },
    { sizes: [1, 5000], maxEvents: 10, maxBytes: 100, expected: 1 },
  ])("$sizes under $maxEvents events and $maxBytes bytes gives $expected", ({ sizes, expected, ...limits }) => {
    expect(batchLength(events(...sizes), limits)).toBe(expected);
  });

  test("counts the bytes of the body exactly: frame, commas and all", () => {
    const three = events(20, 30, 40);
    const whole = Buffer.byteLength(body(three));
    expect(whole).toBe(20 + 30 + 40 + 2 + 13);
    expect(batchLength(three, { maxEvents: 10, maxBytes: whole })).toBe(3);
    expect(batchLength(three, { maxEvents: 10, maxBytes: whole - 1 })).toBe(2);
  });

  test("never makes a body above the limit from more than one event", () => {
    for (let size = 1; size < 60; size += 7) {
      const many = events(...Array.from({ length: 50 }, (_, index) => ((index * size) % 61) + 1));
      for (let maxBytes = 20; maxBytes < 400; maxBytes += 13) {
        const length = batchLength(many, { maxEvents: 40, maxBytes });
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(40);
        const bytes = Buffer.byteLength(body(many.slice(0, length)));
        expect(length === 1 || bytes <= maxBytes, `${length} events of ${bytes} bytes`).toBe(true);
      }
    }
  });
});

describe("a batch is full", () => {
  const limits = { maxEvents: 3, maxBytes: 100 };
  test.each([
    { sizes: [], full: false },
    { sizes: [10], full: false },
    { sizes: [10, 10], full: false },
    { sizes: [10, 10, 10], full: true },
    { sizes: [86], full: false },
    { sizes: [87], full: true },
    { sizes: [5000], full: true },
    { sizes: [40, 60], full: true },
  ])("$sizes: $full", ({ sizes, full }) => {
    expect(batchIsFull(events(...sizes), limits)).toBe(full);
  });
});

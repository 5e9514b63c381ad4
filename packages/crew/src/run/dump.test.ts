import { expect, test } from "vitest";
import { toJson, toJsonFields } from "./dump.ts";

test("everything becomes plain JSON that survives a round trip", () => {
  const loop: Record<string, unknown> = { name: "loop" };
  loop["self"] = loop;
  const fields = {
    when: new Date("2026-01-01T00:00:00Z"),
    error: new RangeError("too far"),
    map: new Map([["k", new Set([1, 2])]]),
    big: 12n,
    bytes: new Uint8Array(4),
    nan: Number.NaN,
    dropped: undefined,
    code: () => 1,
    list: [undefined, null],
    loop,
  };
  const dumped = toJsonFields(fields);
  expect(dumped).toEqual({
    when: "2026-01-01T00:00:00.000Z",
    error: "too far",
    map: { k: [1, 2] },
    big: "12",
    bytes: "[4 bytes]",
    nan: null,
    list: [null, null],
    loop: { name: "loop", self: "[circular]" },
  });
  expect(JSON.parse(JSON.stringify(dumped))).toEqual(dumped);
  expect(toJson(undefined)).toBeNull();
});

test("the same object twice is not a circular reference", () => {
  const one = { a: 1 };
  expect(toJson([one, one])).toEqual([{ a: 1 }, { a: 1 }]);
});

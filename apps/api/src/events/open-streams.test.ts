import { expect, test } from "vitest";
import { OpenStreams } from "./open-streams.ts";

test("streams per token and in total are limited, and a slot is free again when one has ended", () => {
  const streams = new OpenStreams({ perToken: 2, limit: 3 });
  const first = streams.take("a");
  streams.take("a");
  expect(() => streams.take("a")).toThrow('The token "a" holds 2 event streams open');
  streams.take("b");
  expect(() => streams.take("c")).toThrow("This server holds 3 event streams open");
  first[Symbol.dispose]();
  streams.take("c");
  expect(() => streams.take("a")).toThrow("This server holds 3");
});

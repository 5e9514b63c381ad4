import { expect, test } from "vitest";
import { parseTraceContext } from "./trace-context.ts";

const [trace, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
const valid = `00-${trace}-${parent}-01`;

test("a valid context is taken as it is", () => {
  expect(parseTraceContext({ traceparent: valid })).toEqual({ traceparent: valid });
  expect(parseTraceContext({ traceparent: valid, tracestate: "a=1,b@c=2" })).toEqual({
    traceparent: valid,
    tracestate: "a=1,b@c=2",
  });
  const later = `01-${trace}-${parent}-01-more`;
  expect(parseTraceContext({ traceparent: later })).toEqual({ traceparent: later });
});

test.each([
  undefined,
  "",
  [valid],
  valid.toUpperCase(),
  `${valid}-more`,
  `ff-${trace}-${parent}-01`,
  `00-${"0".repeat(32)}-${parent}-01`,
  `00-${trace}-${"0".repeat(16)}-01`,
  `00-${trace}-${parent}`,
  `01-${trace}-${parent}-01-${"x".repeat(300)}`,
  `${valid}\r\nx: y`,
])("%j is ignored", (traceparent) => {
  expect(parseTraceContext({ traceparent, tracestate: "a=1" })).toBeUndefined();
});

test.each(["", "a=\r\nx: y", "a=ü", `a=${"x".repeat(511)}`])("the tracestate %j is left out", (tracestate) => {
  expect(parseTraceContext({ traceparent: valid, tracestate })).toEqual({ traceparent: valid });
});

import { expect, test } from "vitest";
import { breakerText, errorKind, outcomeText, reasonText } from "./failure.ts";

test("an outcome is the response's status, else a word", () => {
  expect(outcomeText({ status: 503, outcome: "throttled" })).toBe("503 Service Unavailable");
  expect(outcomeText({ status: 599, outcome: "rejected" })).toBe("HTTP 599");
  expect(outcomeText({ status: null, outcome: "timeout" })).toBe("Timed out");
  expect(outcomeText({ status: null, outcome: "something_new" })).toBe("something new");
  expect(outcomeText({ status: null, outcome: null })).toBe("Not tried yet");
});

test.each([
  ["unreachable", "ECONNREFUSED", "connection refused (ECONNREFUSED)"],
  ["unreachable", "EWEIRD", "EWEIRD"],
  ["timeout", "response", "no response in time"],
  ["forbidden", "10.0.0.1 is private", "10.0.0.1 is private"],
  ["rejected", null, ""],
])("%s %s", (outcome, reason, text) => {
  expect(reasonText({ outcome, reason })).toBe(text);
});

test.each([
  ["rejected 500", "500 Internal Server Error"],
  ["timeout response", "Timed out, no response in time"],
  ["unreachable ECONNRESET", "Unreachable, connection reset (ECONNRESET)"],
  ["timeout", "Timed out"],
])("a breaker that opened by %j", (failure, text) => {
  expect(breakerText(failure)).toBe(text);
});

test("an error's class is named if it is informative", () => {
  expect(["TypeError", "AppError", "Error", null].map(errorKind)).toEqual(["TypeError", null, null, null]);
});

import { describe, expect, test } from "vitest";
import { responseOutcome, endpointVerdict, type SendOutcome } from "./outcome.ts";

describe("the outcome of a response", () => {
  test.each<[number, string | undefined, SendOutcome["kind"]]>([
    [200, undefined, "delivered"],
    [201, undefined, "delivered"],
    [299, undefined, "delivered"],
    [100, undefined, "rejected"],
    [199, undefined, "rejected"],
    [300, undefined, "redirected"],
    [301, undefined, "redirected"],
    [302, undefined, "redirected"],
    [308, undefined, "redirected"],
    [400, undefined, "rejected"],
    [401, undefined, "rejected"],
    [404, undefined, "rejected"],
    [410, undefined, "gone"],
    [429, undefined, "throttled"],
    [500, undefined, "rejected"],
    [502, undefined, "rejected"],
    [503, undefined, "throttled"],
    [0, undefined, "rejected"],
    [200, "disable", "gone"],
    [500, "disable", "gone"],
    [302, " DISABLE ", "gone"],
    [400, "abort-message", "aborted"],
    [503, "Abort-Message", "aborted"],
    // It was taken: there is nothing to abort.
    [200, "abort-message", "delivered"],
    [410, "abort-message", "gone"],
    [500, "whatever", "rejected"],
    [500, "", "rejected"],
  ])("%i with webhook-delivery %j is %s", (status, delivery, kind) => {
    expect(responseOutcome({ status, delivery, retryAfterMs: undefined }).kind).toBe(kind);
  });

  test("only a throttled outcome has a time to wait", () => {
    expect(responseOutcome({ status: 429, delivery: undefined, retryAfterMs: 7000 })).toEqual({
      kind: "throttled",
      status: 429,
      retryAfterMs: 7000,
    });
    expect(responseOutcome({ status: 500, delivery: undefined, retryAfterMs: 7000 })).toEqual({
      kind: "rejected",
      status: 500,
    });
  });
});

test.each<[SendOutcome, ReturnType<typeof endpointVerdict>]>([
  [{ kind: "delivered", status: 200 }, "success"],
  [{ kind: "gone", status: 410 }, "success"],
  [{ kind: "aborted", status: 400 }, "success"],
  [{ kind: "rejected", status: 404 }, "success"],
  [{ kind: "rejected", status: 500 }, "failure"],
  [{ kind: "rejected", status: 102 }, "failure"],
  [{ kind: "throttled", status: 429, retryAfterMs: undefined }, "failure"],
  [{ kind: "timeout", reason: "response" }, "failure"],
  [{ kind: "unreachable", reason: "ECONNREFUSED" }, "failure"],
  [{ kind: "redirected", status: 302 }, "ignored"],
  [{ kind: "forbidden", reason: "private" }, "ignored"],
  [{ kind: "cut_off" }, "ignored"],
])("%j counts for the endpoint as %s", (outcome, verdict) => {
  expect(endpointVerdict(outcome)).toBe(verdict);
});

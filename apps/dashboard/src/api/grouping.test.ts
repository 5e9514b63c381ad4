import type { Delivery } from "@crewstream/contracts";
import { expect, it } from "vitest";
import { groupFailures } from "./grouping.ts";

function delivery(fields: Partial<Delivery>): Delivery {
  return {
    id: "dlv_1",
    state: "dead",
    execution_id: "x",
    feed: 0,
    endpoint: "ep_a",
    origin: "https://a",
    events: 1,
    first: 1,
    last: 1,
    attempts: 1,
    sealed_at: null,
    last_attempt_at: null,
    next_attempt_at: null,
    outcome: "http_error",
    status: 503,
    reason: "busy",
    ...fields,
  };
}

it("groups by endpoint, outcome, status and message, the largest first, with the first and last time", () => {
  const groups = groupFailures(
    [
      delivery({ status: 500, reason: "oops" }),
      delivery({ last_attempt_at: "2026-01-01T00:00:02.000Z" }),
      delivery({ last_attempt_at: "2026-01-01T00:00:01.000Z" }),
      delivery({ endpoint: "ep_b", origin: "https://b" }),
      delivery({ last_attempt_at: "2026-01-01T00:00:03.000Z" }),
    ],
    "dead",
  );
  expect(groups.map(({ endpoint, status, count }) => [endpoint, status, count])).toEqual([
    ["ep_a", 503, 3],
    ["ep_a", 500, 1],
    ["ep_b", 503, 1],
  ]);
  expect(groups[0]).toMatchObject({ oldest: "2026-01-01T00:00:01.000Z", newest: "2026-01-01T00:00:03.000Z" });
});

import type { BreakerView } from "@crewstream/redis";
import { expect, test } from "vitest";
import { endpointHealth } from "./endpoint-health.ts";

const now = 1_000_000_000;
const closed: BreakerView = {
  state: "closed",
  paused: false,
  reason: undefined,
  openedAt: undefined,
  nextProbeAt: undefined,
  pauseUntil: undefined,
  trips: 0,
  probeAllowed: false,
  refusal: undefined,
  refusedAt: undefined,
};

test.each<[string, Partial<BreakerView>, [delivered: number, failed: number], string]>([
  ["nothing was sent lately", {}, [0, 0], "healthy"],
  ["everything is acknowledged", {}, [10, 0], "healthy"],
  ["one in a hundred fails", {}, [99, 1], "healthy"],
  ["one in ten fails", {}, [9, 1], "degraded"],
  ["everything is refused with 401", { refusal: "rejected 401", refusedAt: now }, [0, 7], "failing"],
  ["everything is refused with 410", { refusal: "gone 410", refusedAt: now }, [0, 7], "disabled"],
  ["it was refused with 410 and nothing was sent since", { refusal: "gone 410", refusedAt: now }, [0, 0], "disabled"],
  [
    "it was refused with 410 before it was used again",
    { refusal: "gone 410", refusedAt: now - 60_000 },
    [3, 0],
    "healthy",
  ],
  ["some are refused with 410", { refusal: "gone 410", refusedAt: now }, [9, 3], "degraded"],
  ["its breaker is open", { state: "open" }, [9, 1], "failing"],
  ["it asked to wait", { pauseUntil: now + 1 }, [9, 1], "throttled"],
  ["it had asked to wait", { pauseUntil: now - 1 }, [9, 0], "healthy"],
  ["an operator paused it while it failed", { state: "open", paused: true }, [0, 9], "paused"],
])("%s", (_, breaker, [delivered, failed], expected) => {
  expect(endpointHealth({ ...closed, ...breaker }, { delivered, failed }, { usedAt: now, now })).toBe(expected);
});

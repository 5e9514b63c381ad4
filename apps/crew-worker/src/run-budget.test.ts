import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RunBudget } from "./run-budget.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event = (type: string, data: Record<string, unknown> = {}) => ({ id: "e", type, timestamp: "", data });
const call = (total_tokens: number) => event("llm_call_completed", { usage: { total_tokens } });

it.each([
  ["events", { seconds: 0, events: 2, tokens: 0 }, [event("a"), event("b"), event("c"), event("d")], "2 events"],
  ["tokens", { seconds: 0, events: 0, tokens: 100 }, [call(60), event("a"), call(41), call(1)], "100 tokens"],
])("stops a run once when it has used too many %s", (_, limits, events, words) => {
  const reasons: string[] = [];
  using budget = new RunBudget(limits, (reason) => reasons.push(`${reason.code} ${reason.message}`));
  for (const each of events) budget.spend(each);
  expect(reasons).toEqual([expect.stringMatching(new RegExp(`^limit_exceeded .*limit of ${words}`))]);
});

it("stops a run that takes too long, but not one that has ended", () => {
  const reasons: string[] = [];
  const limits = { seconds: 5, events: 0, tokens: 0 };
  const ended = new RunBudget(limits, () => reasons.push("ended"));
  ended[Symbol.dispose]();
  using _budget = new RunBudget(limits, () => reasons.push("working"));
  vi.advanceTimersByTime(5000);
  expect(reasons).toEqual(["working"]);
});

it("treats 0 as no limit", () => {
  using budget = new RunBudget({ seconds: 0, events: 0, tokens: 0 }, () => expect.unreachable());
  for (let n = 0; n < 1000; n += 1) budget.spend(call(1_000_000));
  vi.advanceTimersByTime(1e12);
});

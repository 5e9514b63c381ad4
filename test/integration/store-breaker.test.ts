import { setTimeout as delay } from "node:timers/promises";
import { admitRequest, setEndpointPaused, readBreaker, reportRequest, type BreakerLimits } from "@crewstream/redis";
import { afterAll, expect, test } from "vitest";
import { openTestStore } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());
const limits: BreakerLimits = {
  consecutive: 3,
  windowMs: 60_000,
  windowMin: 10,
  windowPercent: 50,
  firstPauseMs: 40,
  maxPauseMs: 100,
  probeMs: 60_000,
};
const quiet = { reason: "timeout request", pauseMs: 0, unreportedSuccesses: 0, answered: false };
const ill = (
  endpoint: string,
  more: { probe?: boolean; pauseMs?: number; unreportedSuccesses?: number; answered?: boolean } = {},
) => reportRequest(store, endpoint, limits, { verdict: "failure", probe: false, ...quiet, ...more });
const admit = (endpoint: string, unreportedSuccesses = 0) => admitRequest(store, endpoint, limits, unreportedSuccesses);

/** Opens the breaker with three consecutive failures. */
async function open(endpoint: string): Promise<void> {
  for (let count = 0; count < limits.consecutive; count += 1) await ill(endpoint);
  expect(await readBreaker(store, endpoint)).toMatchObject({ state: "open" });
}

/** Waits until the pause is over and takes the probe. */
async function takeProbe(endpoint: string, { probeMs } = limits): Promise<void> {
  for (;;) {
    const admission = await admitRequest(store, endpoint, { ...limits, probeMs }, 0);
    if (admission.kind === "probe") return;
    await delay(admission.kind === "wait" ? Math.min(admission.waitMs, 50) : 0);
  }
}

test("opens on consecutive failures, and a success in between resets the count", async () => {
  expect(await admit("row")).toEqual({ kind: "yes" });
  expect(await ill("row")).toMatchObject({ change: "none" });
  expect(await ill("row")).toMatchObject({ change: "none" });
  await admit("row", 1);
  expect(await ill("row")).toMatchObject({ change: "none" });
  expect(await ill("row", { unreportedSuccesses: 2 })).toMatchObject({ change: "none" });
  expect(await ill("row")).toMatchObject({ change: "none" });
  expect(await ill("row")).toEqual({ change: "opened", waitMs: limits.firstPauseMs });
  expect(await admit("row")).toMatchObject({ kind: "wait", paused: false });
});

test("opens on the failure rate of a window, once there are enough requests", async () => {
  for (let count = 0; count < 4; count += 1) {
    expect(await ill("rate", { unreportedSuccesses: 1 })).toMatchObject({ change: "none" });
  }
  expect(await ill("rate", { unreportedSuccesses: 1 })).toMatchObject({ change: "opened" });
  // The same rate with fewer requests than the window's minimum has no effect, and a smaller rate never opens it.
  for (let count = 0; count < 20; count += 1) {
    expect(await ill("fine", { unreportedSuccesses: 2 })).toMatchObject({ change: "none" });
  }
});

test("while open it admits one probe, however many ask", async () => {
  await open("probe");
  await delay(limits.firstPauseMs + 10);
  const admissions = await Promise.all(Array.from({ length: 50 }, () => admit("probe")));
  expect(admissions.filter(({ kind }) => kind === "probe")).toHaveLength(1);
  expect(admissions.filter(({ kind }) => kind === "wait")).toHaveLength(49);
  expect(await reportRequest(store, "probe", limits, { verdict: "success", probe: true, ...quiet })).toEqual({
    change: "closed",
    waitMs: 0,
  });
  expect(await admit("probe")).toEqual({ kind: "yes" });
  expect(await readBreaker(store, "probe")).toMatchObject({ state: "closed", trips: 0, reason: undefined });
});

test("each failed probe doubles the pause up to the maximum; other late failures change nothing", async () => {
  await open("double");
  for (const pause of [80, 100, 100]) {
    await takeProbe("double");
    expect(await ill("double")).toEqual({ change: "none", waitMs: 0 });
    expect(await ill("double", { probe: true })).toEqual({ change: "none", waitMs: pause });
  }
  expect(await readBreaker(store, "double")).toMatchObject({ trips: 3 });
});

test("a probe with an error response does not lengthen the pause: the next delivery may succeed", async () => {
  await open("grumpy");
  for (let count = 0; count < 3; count += 1) {
    await takeProbe("grumpy");
    expect(await ill("grumpy", { probe: true, answered: true })).toEqual({
      change: "none",
      waitMs: limits.firstPauseMs,
    });
  }
});

test("a probe without an outcome is followed by the next one, without a longer pause", async () => {
  await open("ignored");
  await takeProbe("ignored");
  const report = await reportRequest(store, "ignored", limits, { verdict: "ignored", probe: true, ...quiet });
  expect(report).toEqual({ change: "none", waitMs: limits.firstPauseMs });
  expect(await readBreaker(store, "ignored")).toMatchObject({ trips: 0 });
  await takeProbe("ignored");
});

test("a probe that is never reported is given up after its time", async () => {
  await open("lost");
  await takeProbe("lost", { ...limits, probeMs: 200 });
  expect(await admit("lost")).toMatchObject({ kind: "wait" });
  await takeProbe("lost");
});

test("a success that was in flight when it opened closes it", async () => {
  await open("late");
  expect(await reportRequest(store, "late", limits, { verdict: "success", probe: false, ...quiet })).toMatchObject({
    change: "closed",
  });
});

test("an endpoint that asks us to wait gets no requests, also while its breaker is closed", async () => {
  expect(await ill("pause", { pauseMs: 5000 })).toEqual({ change: "none", waitMs: 5000 });
  const admission = await admit("pause");
  expect(admission).toMatchObject({ kind: "wait", failingMs: 0 });
  expect(admission.kind === "wait" && admission.waitMs > 4000).toBe(true);
});

test("what an operator has paused stays paused until resumed, and does not expire; other state is forgotten after a week", async () => {
  await ill("held");
  const key = store.keys.breaker("held");
  expect(await store.redis.pttl(key)).toBeGreaterThan(6 * 24 * 3_600_000);
  await setEndpointPaused(store, "held", true);
  expect(await admit("held", 1)).toMatchObject({ kind: "wait", paused: true });
  await ill("held");
  expect(await store.redis.pttl(key)).toBe(-1);
  await setEndpointPaused(store, "held", false);
  expect(await admit("held")).toEqual({ kind: "yes" });
});

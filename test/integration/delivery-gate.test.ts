import { EndpointGate, type GateEvent } from "@crewstream/delivery";
import type { BreakerLimits } from "@crewstream/redis";
import { afterAll, expect, test, vi } from "vitest";
import { openTestStore, silentLog } from "../support/executions.ts";

type Answer = Awaited<ReturnType<EndpointGate["acquire"]>>;
type Permit = Extract<Answer, { release: unknown }>;

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());
const limits: BreakerLimits = {
  consecutive: 3,
  windowMs: 60_000,
  windowMin: 1000,
  windowPercent: 50,
  firstPauseMs: 30,
  maxPauseMs: 30,
  probeMs: 60_000,
};

function gateOf(concurrency: number, over = store): { gate: EndpointGate; events: GateEvent[] } {
  const events: GateEvent[] = [];
  const gate = new EndpointGate({
    store: over,
    limits,
    concurrency,
    log: silentLog,
    onChange: (event) => events.push(event),
  });
  return { gate, events };
}
const isPermit = (answer: Answer): answer is Permit => "release" in answer;
const permitsOf = (answers: readonly Answer[]): Permit[] => answers.filter(isPermit);
const ask = async (gate: EndpointGate, endpoint: string, count: number): Promise<Permit[]> =>
  permitsOf(await Promise.all(Array.from({ length: count }, () => gate.acquire(endpoint))));
const release = async (permits: readonly Permit[], verdict: "success" | "failure" | "ignored"): Promise<void> => {
  await Promise.all(permits.map((permit) => permit.release({ verdict, reason: "test" })));
};

/** Asks until there is a permit: after a breaker's pause, that is the probe. */
async function permitted(gate: EndpointGate, endpoint: string): Promise<Permit> {
  for (;;) {
    const answer = await gate.acquire(endpoint);
    if (isPermit(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, Math.min(answer.waitMs, 20)));
  }
}

/** How many requests may be in flight at once now. */
async function room(gate: EndpointGate, endpoint: string): Promise<number> {
  const first = await permitted(gate, endpoint);
  const more = gate.tryAcquire(endpoint, 1000);
  await release([first, ...more], "ignored");
  return 1 + more.length;
}

test("reports the number of requests in flight, by endpoint", async () => {
  const { gate } = gateOf(4);
  const a = await ask(gate, "told-a", 3);
  const [b] = await ask(gate, "told-b", 1);
  expect(gate.inFlight()).toEqual(
    new Map([
      ["told-a", 3],
      ["told-b", 1],
    ]),
  );
  await release(a.slice(1), "success");
  await b?.release({ verdict: "ignored" });
  expect(gate.inFlight()).toEqual(new Map([["told-a", 1]]));
});

test("no more than the maximum are in flight, and the others return to their queue", async () => {
  const { gate } = gateOf(4);
  const permits = await ask(gate, "cap", 20);
  expect(permits).toHaveLength(4);
  expect(gate.tryAcquire("cap", 1)).toEqual([]);
  // Another endpoint is not affected.
  expect(await ask(gate, "other", 4)).toHaveLength(4);
  await release(permits, "success");
  expect(await room(gate, "cap")).toBe(4);
});

test("a released slot goes to a waiting caller, and to no other", async () => {
  const { gate } = gateOf(2);
  const [first, second] = await ask(gate, "turn", 2);
  const waiting = gate.acquire("turn");
  const freed = first?.release({ verdict: "success" });
  // In the same tick, before the waiter has run on.
  expect(gate.tryAcquire("turn", 1)).toEqual([]);
  await freed;
  const third = await waiting;
  expect(isPermit(third)).toBe(true);
  expect(gate.tryAcquire("turn", 1)).toEqual([]);
  await release([second, third].filter((each) => each !== undefined).filter(isPermit), "success");
  expect(await room(gate, "turn")).toBe(2);
});

test("every slot is released, whatever the outcome of the request, and also if Redis fails", async () => {
  const broken = openTestStore();
  const { gate } = gateOf(3, broken);
  for (const verdict of ["success", "ignored", "failure"] as const) await release(await ask(gate, "leak", 3), verdict);
  expect(await room(gate, "leak")).toBeGreaterThan(0);

  const { gate: fresh } = gateOf(3, broken);
  const held = await ask(fresh, "broken", 3);
  expect(held).toHaveLength(3);
  broken.redis.disconnect();
  for (const permit of held)
    await expect(permit.release({ verdict: "failure" })).rejects.toThrow("Connection is closed");
  const { gate: asking } = gateOf(1, broken);
  for (let count = 0; count < 3; count += 1)
    await expect(asking.acquire("asking")).rejects.toThrow("Connection is closed");
});

test("while the breaker is open one of many callers is the probe, over all processes", async () => {
  const [one, two] = [gateOf(10), gateOf(10)];
  await release(await ask(one.gate, "probe", 3), "failure");
  expect(one.events).toEqual([{ kind: "opened", endpoint: "probe", reason: "test" }]);
  expect(one.gate.blocked).toBe(1);

  const probe = await permitted(two.gate, "probe");
  expect(probe.probe).toBe(true);
  expect(await ask(one.gate, "probe", 20)).toEqual([]);
  expect(await ask(two.gate, "probe", 20)).toEqual([]);
  await probe.release({ verdict: "success", reason: "delivered 200" });
  expect(two.events).toEqual([{ kind: "recovered", endpoint: "probe", reason: "delivered 200" }]);
});

test("an endpoint counts as blocked until a success, also during a probe", async () => {
  const [one, two] = [gateOf(10), gateOf(10)];
  await release(await ask(one.gate, "counted", 3), "failure");
  expect(await ask(two.gate, "counted", 1)).toEqual([]);
  expect(two.gate.blocked).toBe(1);
  const probe = await permitted(one.gate, "counted");
  expect(one.gate.blocked).toBe(1);

  await probe.release({ verdict: "success", reason: "delivered 200" });
  expect(one.gate.blocked).toBe(0);
  await release([await permitted(two.gate, "counted")], "success");
  expect(two.gate.blocked).toBe(0);
});

test("a failed probe keeps it open, for a time that callers get", async () => {
  const { gate, events } = gateOf(10);
  await release(await ask(gate, "shut", 3), "failure");
  const probe = await permitted(gate, "shut");
  await probe.release({ verdict: "failure", reason: "again" });
  const answer = await gate.acquire("shut");
  expect(isPermit(answer)).toBe(false);
  expect(answer).toMatchObject({ waitMs: expect.any(Number) });
  expect(events.map(({ kind }) => kind)).toEqual(["opened"]);
});

test("a recovered endpoint gets few requests first, and one more per success, in every process", async () => {
  const [one, two] = [gateOf(8), gateOf(8)];
  await release(await ask(one.gate, "slow", 3), "failure");
  // The other process learns of the failure when it asks.
  const answers = await Promise.all([1, 2, 3].map(() => two.gate.acquire("slow")));
  await release(permitsOf(answers), "ignored");

  const probe = await permitted(one.gate, "slow");
  await probe.release({ verdict: "success" });
  for (const { gate } of [one, two]) {
    expect(await room(gate, "slow")).toBe(2);
    await release([await permitted(gate, "slow")], "success");
    expect(await room(gate, "slow")).toBe(3);
  }
});

test("a failure halves what may be in flight, down to one", async () => {
  const { gate } = gateOf(8);
  for (const expected of [4, 2, 1, 1]) {
    await release([await permitted(gate, "halve")], "failure");
    await release([await permitted(gate, "halve")], "ignored");
    expect(await room(gate, "halve")).toBeLessThanOrEqual(expected);
  }
});

test("an endpoint that asks us to wait gets no requests, in this process immediately", async () => {
  const { gate } = gateOf(4);
  const permit = await permitted(gate, "pause");
  await permit.release({ verdict: "failure", reason: "throttled 429", pauseMs: 60_000 });
  const answer = await gate.acquire("pause");
  expect(!isPermit(answer) && answer.waitMs > 50_000).toBe(true);
});

test("a success is reported once, by an admission or by a report, and hides no later failure", async () => {
  const { gate, events } = gateOf(8);
  const [well, first, ...more] = await ask(gate, "once", 4);
  await well?.release({ verdict: "success" });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1500 });
  try {
    // The last admission is over: while one caller asks, before the reply, another reports.
    const asking = gate.acquire("once");
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    await Promise.all([asking, first?.release({ verdict: "failure", reason: "test" })]);
    await release(more, "failure");
  } finally {
    vi.useRealTimers();
  }
  expect(events.map(({ kind }) => kind)).toEqual(["opened"]);
});

test("healthy idle endpoints are forgotten eventually, and a failing one is not", async () => {
  const { gate } = gateOf(2);
  await release(await ask(gate, "failure", 2), "failure");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  try {
    for (let page = 0; page < 25; page += 1) {
      const names = Array.from({ length: 100 }, (_, index) => `passing ${page} ${index}`);
      const answers = await Promise.all(names.map((name) => gate.acquire(name)));
      await release(permitsOf(answers), "success");
      vi.advanceTimersByTime(1500);
    }
  } finally {
    vi.useRealTimers();
  }
  expect(gate.known).toBeLessThanOrEqual(1000);
  expect(await room(gate, "failure")).toBeLessThan(2);
});

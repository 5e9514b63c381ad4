import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { explainFailures, logFailure } from "./failures.ts";
import { createLogger } from "./logger.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recorder() {
  const lines: Record<string, unknown>[] = [];
  const to = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, log: createLogger({ name: "test", level: "info", to }) };
}

const noKey = (id: number) => new Error(`Feed ${id} was encrypted with key 0a1b2c3d, which is not listed.`);

test("failures of one cause are one line, and then one a minute with their number", () => {
  const { lines, log } = recorder();
  for (let job = 0; job < 280; job += 1) {
    logFailure(log, "job.failed", { level: "error", fields: { err: noKey(job), queue: `feeds-${job % 4}` } });
  }
  expect(lines).toMatchObject([{ msg: "job.failed", level: 50, queue: "feeds-0", err: { message: noKey(0).message } }]);
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({ msg: "job.failed", level: 50, reason: noKey(0).message, repeated: 279 });

  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(2);
  logFailure(log, "job.failed", { level: "error", fields: { err: noKey(1) } });
  expect(lines).toHaveLength(3);
});

test("whatever fails of one cause counts together, also under a logger made from the first; another cause has a line of its own", () => {
  const { lines, log } = recorder();
  explainFailures(log, () => undefined);
  logFailure(log, "job.failed", { level: "error", fields: { err: noKey(1) } });
  logFailure(log.child({ executionId: "e" }), "loop.failed", { level: "error", fields: { err: noKey(2) } });
  logFailure(log, "job.failed", { level: "error", fields: { err: noKey(3) } });
  logFailure(log, "job.failed", { level: "error", fields: { err: new Error("no such file") } });
  vi.advanceTimersByTime(60_000);
  expect(lines.map(({ msg, repeated, each }) => [msg, repeated, each])).toEqual([
    ["job.failed", undefined, undefined],
    ["job.failed", undefined, undefined],
    ["loop.failed", 2, { "loop.failed": 1, "job.failed": 1 }],
  ]);
});

test("what is explained is a sentence without a stack, and belongs to the state that it explains", () => {
  const { lines, log } = recorder();
  let outage: string | undefined = "Redis is not reachable at db:6379 (since 0 s): connection refused";
  explainFailures(log, () => outage);
  const away = { level: "warn", fields: { reason: outage }, ongoing: () => outage } as const;
  expect(logFailure(log, "redis.unreachable", away)).toBe(true);
  expect(
    logFailure(log, "job.will_retry", { level: "warn", fields: { err: new Error("Connection is closed.") } }),
  ).toBe(false);
  outage = "Redis is not reachable at db:6379 (since 60 s): no answer";
  vi.advanceTimersByTime(60_000);
  outage = "Redis is not reachable at db:6379 (since 2 min): no answer";
  vi.advanceTimersByTime(60_000);
  outage = undefined;
  vi.advanceTimersByTime(60_000);
  expect(lines.map(({ msg, reason, repeated, err }) => [msg, reason, repeated, err])).toEqual([
    ["redis.unreachable", "Redis is not reachable at db:6379 (since 0 s): connection refused", undefined, undefined],
    ["redis.unreachable", "Redis is not reachable at db:6379 (since 60 s): no answer", 1, undefined],
    ["redis.unreachable", "Redis is not reachable at db:6379 (since 2 min): no answer", 0, undefined],
  ]);
});

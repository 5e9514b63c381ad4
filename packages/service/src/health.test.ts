import { expect, test, vi } from "vitest";
import { Health } from "./health.ts";
import { createMetrics, renderMetrics } from "./telemetry/metrics.ts";

test("ready is who passes every check; a probe that throws has failed", async () => {
  const health = new Health();
  const check = health.check("loop", true);
  health.probe("redis", () => Promise.resolve(undefined));
  expect(await health.report()).toEqual({ ready: true, checks: { loop: true, redis: true } });
  check.set(false);
  health.probe("redis", () => Promise.resolve("Redis is not reachable at db:6379 (since 12 s)"));
  expect(await health.report()).toEqual({
    ready: false,
    checks: { loop: false, redis: false },
    reasons: { redis: "Redis is not reachable at db:6379 (since 12 s)" },
  });
  health.probe("redis", () => Promise.reject(new Error("a bug, which nobody without a token is to read")));
  expect(await health.report()).toMatchObject({ ready: false, reasons: { redis: "The check failed" } });
});

test("a probe that never answers has failed, and the metrics say so", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const health = new Health();
    health.probe("redis", () => new Promise(() => undefined));
    const rendered = renderMetrics(createMetrics("test"), health);
    await vi.advanceTimersByTimeAsync(2000);
    expect((await rendered).body).toContain('crewstream_ready{service="test"} 0');
  } finally {
    vi.useRealTimers();
  }
});

test("the metrics say when a process is ready", async () => {
  const { body } = await renderMetrics(createMetrics("test"), new Health());
  expect(body).toContain('crewstream_ready{service="test"} 1');
});

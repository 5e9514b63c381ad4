import { describe, expect, test } from "vitest";
import { NotNowError } from "./errors.ts";
import { memorySeenStore, onceOnly, type SeenStore } from "./once.ts";

function clock(): { now: () => number; pass: (seconds: number) => void } {
  let time = 0;
  return { now: () => time, pass: (seconds) => (time += seconds * 1000) };
}

describe("a key's work", () => {
  test("runs once, however often it is requested", async () => {
    const once = onceOnly({ store: memorySeenStore() });
    let runs = 0;
    expect(await once("e1", () => runs++)).toBe(true);
    expect(await once("e1", () => runs++)).toBe(false);
    expect(await once("e2", () => runs++)).toBe(true);
    expect(runs).toBe(2);
  });

  test("is refused to a second attempt while the first is in progress, and done for a third", async () => {
    const once = onceOnly({ store: memorySeenStore() });
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = once("e1", () => promise);
    await expect(once("e1", () => undefined)).rejects.toThrow(NotNowError);
    resolve();
    expect(await first).toBe(true);
    expect(await once("e1", () => undefined)).toBe(false);
  });

  test("can be claimed again after it failed, and the caller gets the error", async () => {
    const once = onceOnly({ store: memorySeenStore() });
    const fails = once("e1", () => Promise.reject(new Error("no")));
    await expect(fails).rejects.toThrow("no");
    expect(await once("e1", () => undefined)).toBe(true);
  });

  test("can be claimed again when its process has died", async () => {
    const { now, pass } = clock();
    const once = onceOnly({ store: memorySeenStore({ now }), leaseSeconds: 60 });
    void once("e1", () => new Promise(() => undefined));
    pass(59);
    await expect(once("e1", () => undefined)).rejects.toThrow(NotNowError);
    pass(1);
    expect(await once("e1", () => undefined)).toBe(true);
  });

  test("is not released by an earlier owner whose claim expired before it failed", async () => {
    const { now, pass } = clock();
    const once = onceOnly({ store: memorySeenStore({ now }), leaseSeconds: 60 });
    const slow = Promise.withResolvers<void>();
    const outlived = once("e1", () => slow.promise);
    pass(60);
    const working = Promise.withResolvers<void>();
    const second = once("e1", () => working.promise);
    slow.reject(new Error("too slow"));
    await expect(outlived).rejects.toThrow("too slow");
    await expect(once("e1", () => undefined)).rejects.toThrow(NotNowError);
    working.resolve();
    expect(await second).toBe(true);
  });

  test("is forgotten when its delivery cannot be repeated any more", async () => {
    const { now, pass } = clock();
    const once = onceOnly({ store: memorySeenStore({ now }), keepSeconds: 100 });
    await once("e1", () => undefined);
    pass(99);
    expect(await once("e1", () => undefined)).toBe(false);
    pass(1);
    expect(await once("e1", () => undefined)).toBe(true);
  });
});

test("a store that fails to release a key does not hide the original error", async () => {
  const store: SeenStore = { ...memorySeenStore(), release: () => Promise.reject(new Error("store is down")) };
  const fails = onceOnly({ store })("e1", () => Promise.reject(new Error("the work failed")));
  await expect(fails).rejects.toThrow("the work failed");
});

test("the memory of one process stays bounded", async () => {
  const once = onceOnly({ store: memorySeenStore({ maxKeys: 2 }) });
  for (const key of ["e1", "e2", "e3"]) await once(key, () => undefined);
  expect(await once("e3", () => undefined)).toBe(false);
  expect(await once("e2", () => undefined)).toBe(false);
  expect(await once("e1", () => undefined)).toBe(true);
});

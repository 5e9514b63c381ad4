import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Places } from "./concurrency-limiter.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** What a promise has resolved to by now. */
async function now<T>(promise: Promise<T>): Promise<T | "waits"> {
  return Promise.race([promise, Promise.resolve().then(() => "waits" as const)]);
}

describe("the places at an endpoint", () => {
  test("are given as many at once as are wanted and free", async () => {
    const places = new Places(8);
    expect(await places.take(5)).toBe(5);
    expect(await places.take(5)).toBe(3);
    expect(places.tryTake(1)).toBe(0);
  });

  test("go in handfuls to those who wait, in the order in which they came, and to nobody beside", async () => {
    const places = new Places(8);
    await places.take(8);
    const [first, second] = [places.take(8), places.take(1)];
    places.giveBack(1);
    expect(await now(first)).toBe("waits");
    // One is free, but somebody waits for two.
    expect(places.tryTake(1)).toBe(0);
    places.giveBack(1);
    expect(await first).toBe(2);
    expect(await now(second)).toBe("waits");
    places.giveBack(1);
    expect(await second).toBe(1);
  });

  test("are waited for by no more jobs than a process can spare, over all endpoints", async () => {
    const room = { left: 2 };
    const [slow, other] = [new Places(4, room), new Places(4, room)];
    await Promise.all([slow.take(4), other.take(4)]);
    const waiting = [slow.take(1), slow.take(1)];
    expect(await other.take(1)).toBe(0);
    slow.giveBack(1);
    expect(await waiting[0]).toBe(1);
    const next = other.take(1);
    expect(await now(next)).toBe("waits");
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.all([waiting[1], next])).toEqual([0, 0]);
    expect(room.left).toBe(2);
  });

  test("are waited for as long as some come free, for two seconds at most, and not where all hang", async () => {
    const places = new Places(4);
    await places.take(4);
    const hung = places.take(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(await now(hung)).toBe(0);

    const [moving, behind] = [places.take(4), places.take(4)];
    for (let ms = 0; ms < 1900; ms += 50) {
      places.giveBack(1);
      places.tryTake(1);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(await now(moving)).toBe(1);
    expect(await now(behind)).toBe(1);
  });

  test("has a line only so long: who comes later is sent back at once", async () => {
    const places = new Places(2);
    await places.take(2);
    const line = [places.take(1), places.take(1)];
    expect(await now(places.take(1))).toBe(0);
    places.giveBack(2);
    expect(await Promise.all(line)).toEqual([1, 1]);
  });
});

describe("who is sent back comes again", () => {
  test("soon where nothing is known yet, and one after the other as fast as places come free", () => {
    const places = new Places(4);
    void places.take(4);
    expect(places.comeAgainIn(1)).toBe(50);
    places.giveBack(1, 40);
    places.tryTake(1);
    // Four places that are taken for 40 ms each: one comes free every 10 ms, and nobody is to be late for it.
    const waits = Array.from({ length: 100 }, () => places.comeAgainIn(1));
    expect(waits[0]).toBeCloseTo(55);
    expect(waits[99]).toBeCloseTo(550);
  });

  test("after five seconds at most where all hang", () => {
    const places = new Places(4);
    void places.take(4);
    vi.advanceTimersByTime(20_000);
    expect(places.comeAgainIn(1)).toBe(2550);
    expect(places.comeAgainIn(1)).toBe(5000);
    expect(places.comeAgainIn(1)).toBe(5000);
  });
});

import { memoryStoreContract, storedMemory } from "@crewstream/crew/testing";
import type { MemoryStore } from "@crewstream/crew";
import {
  changeMemories,
  forgetMemories,
  forgetMemory,
  keepVectors,
  listMemories,
  readMemories,
  readVectors,
} from "@crewstream/redis";
import { afterAll, describe, expect, test } from "vitest";
import { openTestStore } from "../support/executions.ts";

const store = openTestStore();
afterAll(() => store[Symbol.asyncDispose]());

const inRedis: MemoryStore = {
  read: (root) => readMemories(store, root),
  change: (root, change) => changeMemories(store, root, change),
  vectors: (root, keys) => readVectors(store, root, keys),
  keepVectors: (root, vectors) => keepVectors(store, root, vectors),
};

describe("the store in Redis", () => {
  let root = 0;
  test.each(Object.entries(memoryStoreContract))("%s", (_, holds) => holds(inRedis, `root-${(root += 1)}`));

  test("lists the newest first, deletes, and expires", async () => {
    const made = (id: string, day: string) => {
      const { record, ...memory } = storedMemory(id);
      return { ...memory, record: { ...record, created_at: `2026-01-${day}T00:00:00.000Z` } };
    };
    const insert = [made("a", "01"), made("b", "03"), made("c", "02")];
    await changeMemories(store, "list", { id: "x", insert, update: [], remove: [], limit: 9 });
    expect((await listMemories(store, "list")).map(({ id }) => id)).toEqual(["b", "c", "a"]);
    expect(await store.redis.pttl(store.keys.memories("list").records)).toBeGreaterThan(364 * 86_400_000);
    expect(await forgetMemory(store, "list", "b")).toBe(true);
    expect(await forgetMemory(store, "list", "b")).toBe(false);
    expect(await forgetMemories(store, "list")).toBe(2);
    expect(await listMemories(store, "list")).toEqual([]);
    expect(await store.redis.exists(store.keys.memories("list").vectors)).toBe(0);
  });

  test("drops its vectors of knowledge before there are too many", async () => {
    await keepVectors(store, "many", { first: "AQ==" });
    const more = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, "AQ=="]));
    await keepVectors(store, "many", more);
    expect(await readVectors(store, "many", ["first", "k0"])).toEqual([undefined, "AQ=="]);
  });
});

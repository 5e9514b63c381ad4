import { deepStrictEqual, strictEqual } from "node:assert";
import type { MemoryStore, StoredMemory } from "../memory/memory-store.ts";

const at = "2026-01-01T00:00:00.000Z";

/** A memory to store. */
export function storedMemory(id: string, changes: Partial<StoredMemory> = {}): StoredMemory {
  return {
    record: {
      id,
      content: `content of ${id}`,
      scope: "/crew/a",
      categories: [],
      metadata: {},
      importance: 0.5,
      created_at: at,
      last_accessed: at,
      source: null,
      private: false,
    },
    vector: "AQID",
    embedder: "p/m",
    revision: 1,
    change: "first",
    worth: 1,
    ...changes,
  };
}

const nothing = { insert: [], update: [], remove: [], limit: 100 };
const idsOf = async (store: MemoryStore, root: string): Promise<string[]> =>
  (await store.read(root)).map(({ record }) => record.id).sort();

function version(of: StoredMemory, content: string, change: string): StoredMemory {
  return { ...of, record: { ...of.record, content }, vector: null, revision: of.revision + 1, change };
}

/** The behaviour of every store of memories, as test cases that run independently: `root` is new for each. */
export const memoryStoreContract: Readonly<Record<string, (store: MemoryStore, root: string) => Promise<void>>> = {
  "gives back what was inserted, of its root": async (store, root) => {
    const memory = storedMemory("a");
    await store.change(root, { ...nothing, id: "first", insert: [memory] });
    deepStrictEqual(await store.read(root), [memory]);
    deepStrictEqual(await store.read(`${root}-other`), []);
  },
  "keeps an inserted memory once, as it was": async (store, root) => {
    const memory = storedMemory("a");
    await store.change(root, { ...nothing, id: "first", insert: [memory] });
    const again = { ...memory, record: { ...memory.record, content: "other" } };
    await store.change(root, { ...nothing, id: "first", insert: [again] });
    deepStrictEqual(await store.read(root), [memory]);
  },
  "changes a memory that is as it was read, also when it is done again": async (store, root) => {
    const memory = storedMemory("a");
    await store.change(root, { ...nothing, id: "first", insert: [memory] });
    const next = version(memory, "both", "second");
    const change = { ...nothing, id: "second", update: [{ memory: next, otherwise: storedMemory("b") }] };
    await store.change(root, change);
    await store.change(root, change);
    deepStrictEqual(await store.read(root), [next]);
  },
  "keeps what two say of one memory at once": async (store, root) => {
    const memory = storedMemory("a");
    await store.change(root, { ...nothing, id: "first", insert: [memory] });
    const [one, other] = [version(memory, "one", "second"), version(memory, "other", "third")];
    await Promise.all([
      store.change(root, { ...nothing, id: "second", update: [{ memory: one, otherwise: storedMemory("b") }] }),
      store.change(root, { ...nothing, id: "third", update: [{ memory: other, otherwise: storedMemory("c") }] }),
    ]);
    const held = await idsOf(store, root);
    strictEqual(held.length, 2);
    strictEqual(held[0], "a");
  },
  "inserts what was to change a memory that is gone": async (store, root) => {
    const gone = version(storedMemory("a"), "new", "second");
    await store.change(root, { ...nothing, id: "second", update: [{ memory: gone, otherwise: storedMemory("b") }] });
    deepStrictEqual(await idsOf(store, root), ["b"]);
  },
  "removes, and drops what is worth least beyond its limit": async (store, root) => {
    const insert = [3, 1, 2, 4].map((worth) => storedMemory(`m${worth}`, { worth }));
    await store.change(root, { ...nothing, id: "first", insert, remove: ["m4", "m9"], limit: 2 });
    deepStrictEqual(await idsOf(store, root), ["m2", "m3"]);
  },
  "loses nothing of many that save at once": async (store, root) => {
    const saves = Array.from({ length: 20 }, (_, index) => `m${index}`);
    await Promise.all(
      saves.map((id) => store.change(root, { ...nothing, id, insert: [storedMemory(id, { change: id })] })),
    );
    deepStrictEqual(await idsOf(store, root), [...saves].sort());
  },
  "keeps vectors by key, of its root": async (store, root) => {
    await store.keepVectors(root, { a: "AQ==", b: "Ag==" });
    deepStrictEqual(await store.vectors(root, ["b", "c", "a"]), ["Ag==", undefined, "AQ=="]);
    deepStrictEqual(await store.vectors(`${root}-other`, ["a"]), [undefined]);
    deepStrictEqual(await store.vectors(root, []), []);
  },
};

import { describe, test } from "vitest";
import { memoryStoreContract } from "../testing/index.ts";
import { processMemoryStore } from "./memory-store.ts";

describe("the store of a process", () => {
  test.each(Object.entries(memoryStoreContract))("%s", (_, holds) => holds(processMemoryStore(), "root"));
});

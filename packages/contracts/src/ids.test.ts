import { expect, it } from "vitest";
import { newExecutionId, parseExecutionId } from "./ids.ts";

it("makes distinct UUIDv7 ids that begin with the time", () => {
  const before = Date.now();
  const ids = Array.from({ length: 1000 }, newExecutionId);
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(parseExecutionId(id)).toBe(id);
    const madeAt = Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(madeAt).toBeLessThanOrEqual(after);
  }
});

import { newExecutionId } from "@crewstream/contracts";
import { claimLease, decrementRunCount, readExecution } from "@crewstream/redis";
import { expect, test } from "vitest";
import { createTestExecution, openTestStore } from "../support/executions.ts";

test("a run that lost its lease is not counted, and an expired execution is not created again", async () => {
  await using store = openTestStore();
  const id = await createTestExecution(store);
  await claimLease(store, id, { owner: "worker", leaseMs: 1000 });
  expect((await readExecution(store, id))?.runs).toBe(1);
  await decrementRunCount(store, id);
  expect((await readExecution(store, id))?.runs).toBe(0);

  const gone = newExecutionId();
  await decrementRunCount(store, gone);
  expect(await store.redis.exists(store.keys.execution(gone).exec)).toBe(0);
});

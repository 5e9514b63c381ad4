import type { ExecutionId } from "@crewstream/contracts";
import { Keys, type DeliveryRecord, type RedisClient, type Store } from "@crewstream/redis";
import { expect, test } from "vitest";
import type { DeliveryQueues } from "../context.ts";
import { holdHead } from "./hold-head.ts";

const address = { executionId: "01a20943-16a5-7575-9541-1466c374a9b5" as ExecutionId, feed: 0 };
const nextAt = Date.now() + 3_600_000;
const head: DeliveryRecord = { first: 1, last: 1, events: 1, sealedAt: 1, attempts: 1, nextAt };

/** A store that has the head, and a queue; `meanwhile` happens while a job is added to it. */
function setUp(meanwhile: (change: (record: DeliveryRecord | undefined) => void) => void) {
  let record: DeliveryRecord | undefined = head;
  const wakes: number[] = [];
  const hget = async () => (record === undefined ? null : `s${JSON.stringify(record)}`);
  const redis: unknown = { hget };
  const store: Store = {
    redis: redis as RedisClient,
    connections: {} as Store["connections"],
    keys: new Keys("p"),
    partitions: 1,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const queues: DeliveryQueues = {
    wakeFeed: async (_job, { delayMs }) => {
      wakes.push(delayMs);
      meanwhile((changed) => (record = changed));
    },
    scheduleRetry: async () => undefined,
  };
  return { context: { store, queues }, wakes };
}

test("a job is added for when the head is due", async () => {
  const { context, wakes } = setUp(() => undefined);
  expect(await holdHead(context, address, head)).toEqual({ kind: "done" });
  expect(wakes).toHaveLength(1);
  expect(wakes[0]).toBeGreaterThan(3_500_000);
});

test.each([
  ["retried", { ...head, nextAt: Date.now() }],
  ["discarded", undefined],
])("a head that was %s while the job was added ends the wait at once", async (_what, changed) => {
  const { context } = setUp((change) => change(changed));
  expect(await holdHead(context, address, head)).toEqual({ kind: "later", delayMs: 0 });
});

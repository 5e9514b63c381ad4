import { randomBytes } from "node:crypto";
import {
  eventId,
  executionIdSchema,
  hasEnded,
  newExecutionId,
  type ExecutionId,
  type ExecutionState,
  type StoredEvent,
  type Subscription,
} from "@crewstream/contracts";
import { appendStep, createExecution, openStore, type Store, type StoreConfig } from "@crewstream/redis";
import { createLogger } from "@crewstream/service";
import { testEnvironment } from "./services.ts";

export const silentLog = createLogger({ name: "test", level: "silent" });

/** A store on the test run's Redis, under the environment's key prefix or its own. */
export function openTestStore(env: Record<string, string> = testEnvironment()): Store {
  const { REDIS_URL = "", KEY_PREFIX = "" } = env;
  const config = { REDIS_URL, KEY_PREFIX, QUEUE_PARTITIONS: 4 } as StoreConfig;
  return openStore(config, { retry: "forever", log: silentLog, name: "test" });
}

/** A subscription to everything, overridden by the test. */
export function subscription(url: string, settings: Partial<Subscription> = {}): Subscription {
  return { url, events: ["*"], mode: "batched", form: "events", ordering: "relaxed", ...settings };
}

/** An id as if created at `at` (ms). */
export function executionIdAt(at: number): ExecutionId {
  const time = at.toString(16).padStart(12, "0");
  const random = randomBytes(10).toString("hex");
  const text = `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-a${random.slice(3, 6)}-${random.slice(6, 18)}`;
  return executionIdSchema.parse(text);
}

/** An execution without a run: its events come from {@link publish}. */
export async function createTestExecution(
  store: Store,
  subscriptions: Subscription[] = [],
  { id = newExecutionId(), automation = "test" }: { id?: ExecutionId; automation?: string } = {},
): Promise<ExecutionId> {
  await createExecution(store, {
    id,
    automation,
    kind: "flow",
    inputs: {},
    meta: undefined,
    token: "test",
    createdAt: Date.now(),
    subscriptions,
  });
  return id;
}

/** Events as a run would write them, from sequence `from`. */
export function events(
  id: ExecutionId,
  { from = 1, count, type = "note", text = "x" }: { from?: number; count: number; type?: string; text?: string },
): StoredEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = from + index;
    const own = eventId(id, `step ${seq}`, type, 0);
    const json = JSON.stringify({
      id: own,
      execution_id: id,
      timestamp: new Date().toISOString(),
      type,
      data: { text, emission_sequence: seq },
    });
    return { seq, id: own, type, json };
  });
}

/** Appends events and, if requested, ends the run; returns the feeds to wake. */
export async function publish(
  store: Store,
  id: ExecutionId,
  step: { events?: StoredEvent[]; feeds?: number[]; epoch?: number; state?: ExecutionState },
): Promise<number[]> {
  const { events: list = [], feeds = [0], epoch = 0, state } = step;
  const fields: Record<string, string | number> =
    state === undefined ? {} : { state, ...(hasEnded(state) ? { ended_at: Date.now() } : {}) };
  return (await appendStep(store, id, { epoch, events: list, rows: [], fields, feeds })).asleep;
}

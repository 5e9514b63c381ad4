import { endpointId, parseExecutionId, type ExecutionId, type StoredEvent } from "@crewstream/contracts";
import {
  addTallies,
  advanceFeed,
  appendStep,
  claimLease,
  emptyTally,
  indexSettlements,
  logAttempts,
  readExecution,
  sealDeliveries,
  type DeliveryRecord,
  type Settlement,
  type Store,
} from "@crewstream/redis";

/** Plays the crew worker: writes events of these types to an execution's stream, and ends it if requested. */
export async function playRun(store: Store, executionId: string, types: readonly string[], end = true): Promise<void> {
  const id = parseExecutionId(executionId)!;
  const claim = await claimLease(store, id, { owner: "test", leaseMs: 60_000 });
  if (!("lease" in claim)) throw new Error(claim.refused);
  const timestamp = new Date().toISOString();
  const events = types.map((type, index): StoredEvent => {
    const seq = index + 1;
    const json = { id: `e${seq}`, execution_id: id, timestamp, type, data: { emission_sequence: seq } };
    return { seq, id: `e${seq}`, type, json: JSON.stringify(json) };
  });
  const { epoch } = claim.lease;
  const feeds = Array.from({ length: (await readExecution(store, id))?.feeds ?? 0 }, (_, feed) => feed);
  await appendStep(store, id, { epoch, events, rows: [], fields: { state: "RUNNING" }, feeds });
  if (!end) return;
  const fields = { state: "SUCCESS", ended_at: Date.now(), result: '"done"', result_json: "null" };
  await appendStep(store, id, { epoch, events: [], rows: [], fields, feeds: [] });
}

/** Plays the crew worker: sets fields of an execution's record. */
export async function playFields(store: Store, executionId: string, fields: Record<string, string>): Promise<void> {
  const id = parseExecutionId(executionId)!;
  const claim = await claimLease(store, id, { owner: "test", leaseMs: 60_000 });
  if (!("lease" in claim)) throw new Error(claim.refused);
  await appendStep(store, id, { epoch: claim.lease.epoch, events: [], rows: [], fields, feeds: [] });
}

export interface PlayedDelivery {
  first: number;
  last: number;
  outcome: Settlement["outcome"] | "under way";
  status?: number;
  reason?: string;
}

/** Plays the delivery worker for one feed: seals the deliveries, and settles those that are not in flight. */
export async function playDeliveries(
  store: Store,
  executionId: string,
  options: { feed: number; url: string; deliveries: readonly PlayedDelivery[] },
): Promise<void> {
  const id: ExecutionId = parseExecutionId(executionId)!;
  const address = { executionId: id, feed: options.feed };
  const endpoint = endpointId(new URL(options.url));
  const now = Date.now();
  const records = options.deliveries.map(({ first, last, outcome, status, reason }): DeliveryRecord => {
    const failed = outcome === "parked" || outcome === "dead";
    return {
      first,
      last,
      events: last - first + 1,
      sealedAt: now,
      attempts: outcome === "under way" ? 0 : 1,
      ...(outcome === "under way" ? {} : { lastAt: now }),
      ...(failed ? { outcome: status === undefined ? "unreachable" : "rejected" } : {}),
      ...(failed && status !== undefined ? { status } : {}),
      ...(failed && reason !== undefined ? { reason } : {}),
      ...(outcome === "parked" ? { nextAt: now + 3_600_000 } : {}),
    };
  });
  const last = Math.max(0, ...records.map((record) => record.last));
  await sealDeliveries(store, address, { from: 0, to: last, deliveries: records });
  const settlements = records.flatMap((record, index): Settlement[] => {
    const outcome = options.deliveries[index]!.outcome;
    if (outcome === "under way") return [];
    const attempt = {
      id: `dlv_${id.replaceAll("-", "")}_${options.feed}_${record.first}`,
      executionId: id,
      endpoint,
      feed: options.feed,
      attempt: 1,
      at: now,
      durationMs: 12,
      events: record.events,
      outcome: record.outcome ?? "delivered",
      settled: outcome,
      response: "answer",
      ...(outcome === "delivered" ? { status: 200 } : {}),
      ...(record.status === undefined ? {} : { status: record.status }),
    };
    return [{ record, outcome, attempt }];
  });
  await advanceFeed(store, address, { settlements, maxParked: 100 });
  await indexSettlements(store, address, endpoint, settlements);
  await logAttempts(
    store,
    settlements.flatMap(({ attempt }) => (attempt === undefined ? [] : [attempt])),
  );
  const tally = { ...emptyTally(), delivered: 1, failed: 2, events: 3 };
  await addTallies(store, new Map([[endpoint, tally]]), now);
}

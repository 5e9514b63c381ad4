import type { PendingInput } from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import { isoTime } from "./time.ts";

/** A run's pending human-input requests; empty if it does not wait. */
export function humanRequests(record: ExecutionRecord) {
  if (record.state !== "PAUSED") return [];
  return (record.pending ?? []).map(({ path: _, ...pending }: PendingInput) =>
    Object.assign(pending, {
      automation: record.automation,
      execution_id: record.id,
      asked_at: isoTime(record.updated_at),
    }),
  );
}

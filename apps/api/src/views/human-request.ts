import type { PendingInput } from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import { isoTime } from "./time.ts";

/** What a run waits for people to say; nothing when it does not wait. */
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

import { noUsage, type RunOutcome } from "@crewstream/contracts";
import { closingEvents } from "@crewstream/crew";
import type { ExecutionRecord } from "@crewstream/redis";
import { outcomeFields } from "./outcome-fields.ts";
import type { RunHost } from "./run-host.ts";

/** Ends a run that cannot end itself: closes everything it had started, and records its outcome, in one write. */
export async function giveUp(
  host: RunHost,
  execution: ExecutionRecord,
  end: { state: "FAILED" | "REVOKED"; error: string },
): Promise<void> {
  const now = new Date();
  const stream = await host.stream();
  const events = closingEvents(execution.id, stream, { error: end.error, cancelled: end.state === "REVOKED" }, now).map(
    (event, index) => {
      const seq = stream.length + 1 + index;
      const { id, type, timestamp } = event;
      const data = { ...event.data, emission_sequence: seq };
      return { seq, id, type, json: JSON.stringify({ id, execution_id: execution.id, timestamp, type, data }) };
    },
  );
  const usage = noUsage();
  const outcome: RunOutcome =
    end.state === "FAILED"
      ? { state: "FAILED", error: end.error, errorType: "Error", usage }
      : { state: "REVOKED", error: end.error, usage };
  await host.append({ events, rows: [], fields: outcomeFields(outcome, now.getTime()) });
}

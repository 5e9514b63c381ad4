import type { RunEvent } from "../api/events.ts";

/** Fields that every event has; the rest is from its emitter. */
const commonFields: ReadonlySet<string> = new Set([
  "emission_sequence",
  "event_id",
  "parent_event_id",
  "started_event_id",
  "previous_event_id",
  "triggered_by_event_id",
  "source_type",
  "source_fingerprint",
  "fingerprint_metadata",
  "task_id",
  "task_name",
  "agent_id",
  "agent_role",
]);
const maxLength = 160;

/** The beginning of a custom event's data, as one line of JSON without the braces; empty without data. */
export function payloadPreview({ data }: RunEvent): string {
  const own = Object.entries(data).filter(([name, value]) => !commonFields.has(name) && value !== null);
  let line = "";
  for (const [name, value] of own) {
    line += `${line === "" ? "" : ", "}${name}: ${JSON.stringify(value)}`;
    if (line.length > maxLength) return `${line.slice(0, maxLength)}…`;
  }
  return line;
}

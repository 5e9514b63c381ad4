import { eventPairs, schemaFor } from "@crewstream/contracts";
import type { RuntimeEvent } from "../run-context.ts";

/**
 * What is wrong with a finished run's events: data that does not fit its type, duplicate ids, started events without
 * exactly one ending, endings in another scope than their start, links to missing events.
 */
export function eventProblems(events: readonly RuntimeEvent[]): string[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const problems = events.length === byId.size ? [] : ["an id comes twice"];
  const ended = new Map<string, number>();
  const pairs: Readonly<Record<string, string>> = { ...eventPairs, crew_step_completed: "crew_step_started" };
  for (const [index, event] of events.entries()) {
    const { data, type } = event;
    const checked = schemaFor(type)?.safeParse({ ...data, emission_sequence: index + 1 });
    if (checked?.success === false) problems.push(`${type}: ${checked.error.message}`);
    for (const link of ["parent_event_id", "previous_event_id", "started_event_id", "triggered_by_event_id"]) {
      const target = data[link];
      if (typeof target === "string" && !byId.has(target)) problems.push(`${type}: ${link} names no event`);
    }
    const start = pairs[type];
    if (start === undefined) continue;
    const started = byId.get(String(data["started_event_id"]));
    if (started?.type !== start) problems.push(`${type} closes ${started?.type ?? "nothing"}`);
    else if (started.data["parent_event_id"] !== data["parent_event_id"])
      problems.push(`${type}: not beside its start`);
    if (started !== undefined) ended.set(started.id, (ended.get(started.id) ?? 0) + 1);
  }
  const starts = new Set(Object.values(pairs));
  for (const { id, type } of events) {
    if (starts.has(type) && ended.get(id) !== 1) problems.push(`${type} has ${ended.get(id) ?? 0} endings`);
  }
  return problems;
}

/**
 * A run's events as lines for comparison: number, type, and the numbers of parent, previous, trigger and start (`-` for
 * none), as in `9 tool_usage_finished 3 8 - 8`.
 */
export function traceOf(events: readonly RuntimeEvent[]): string[] {
  const numbers = new Map(events.map((event, index) => [event.id, String(index + 1)]));
  const links = ["parent_event_id", "previous_event_id", "triggered_by_event_id", "started_event_id"];
  return events.map(({ id, type, data }) => {
    const shown = links.map((link) => (typeof data[link] === "string" ? (numbers.get(data[link]) ?? "?") : "-"));
    return [numbers.get(id), type, ...shown].join(" ");
  });
}

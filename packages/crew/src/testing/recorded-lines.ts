import type { RuntimeEvent } from "../run-context.ts";

/** An event recorded from CrewAI: `number type parent start`, and the fields that are compared with ours. */
export type RecordedLine = [line: string, data?: Record<string, unknown>];

/** Our events that CrewAI does not have: left out, or another event repeated. */
export interface Own {
  left: ReadonlySet<string>;
  same: ReadonlyMap<string, string>;
}

/**
 * Our events in the format of a recording, with the fields that it has at the same position; those of an event's output
 * are next to its own. Steps and streamed chunks, which CrewAI does not have here, are left out.
 */
export function linesOf(
  events: readonly RuntimeEvent[],
  wanted: readonly RecordedLine[],
  own: Own = { left: new Set(), same: new Map() },
): RecordedLine[] {
  const shown = events.filter(({ id, type }) => !/^crew_step_|_chunk$/.test(type) && !own.left.has(id));
  const numbers = new Map(shown.map(({ id }, index) => [id, String(index + 1)]));
  const number = (id: unknown): string => (typeof id === "string" ? (numbers.get(own.same.get(id) ?? id) ?? "?") : "-");
  return shown.map(({ id, type, data }, index) => {
    const line = [number(id), type, number(data["parent_event_id"]), number(data["started_event_id"])].join(" ");
    const fields = wanted[index]?.[1];
    const given: Record<string, unknown> = { ...(data["output"] as object | null), ...data };
    return fields === undefined
      ? [line]
      : [line, Object.fromEntries(Object.keys(fields).map((name) => [name, given[name]]))];
  });
}

/** The events of pauses: what each closed and reopened counts as one. */
export function pausesOf(events: readonly RuntimeEvent[]): Own {
  const left = new Set<string>();
  const same = new Map<string, string>();
  const paused = new Map<string, string>();
  for (const { id, type, data } of events) {
    const key = `${String(data["flow_name"])} ${type.startsWith("flow_") ? "" : String(data["method_name"])}`;
    const start = String(data["started_event_id"]);
    const before = paused.get(key);
    if (type === "flow_paused" || type === "method_execution_paused") paused.set(key, same.get(start) ?? start);
    else if ((type === "flow_started" || type === "method_execution_started") && before !== undefined) {
      same.set(id, before);
      paused.delete(key);
    } else continue;
    left.add(id);
  }
  return { left, same };
}

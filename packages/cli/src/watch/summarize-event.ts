import type { EventEnvelope } from "@crewstream/contracts";

/** The fields that describe an event best: the first present one of each group, in this order. */
const subjects = ["task_name", "method_name", "tool_name", "agent_role", "flow_name", "crew_name"] as const;
const contents = ["error", "chunk", "output", "result", "response"] as const;

/** An event's subject and result as one text: `research · search_facts: three facts`. */
export function summarizeEvent(event: EventEnvelope): string {
  const { data } = event;
  const about = subjects.flatMap((name) => textOf(data[name]) ?? []).slice(0, 2);
  const content = contents.map((name) => textOf(data[name])).find((text) => text !== undefined);
  const subject = about.join(" · ");
  if (content === undefined) return subject;
  return subject === "" ? content : `${subject}: ${content}`;
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

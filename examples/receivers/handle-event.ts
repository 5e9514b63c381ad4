import type { ReceivedEvent } from "@crewstream/receiver";

/** What this receiver does with an event: here, one line of text for the types that it handles. */
export function handleEvent(event: ReceivedEvent): string {
  if (!event.known) return `${event.type} is an event of the automation's own`;
  if (event.type === "task_completed") return `${event.data.task_name ?? "A task"} is done: ${event.data.output.raw}`;
  if (event.type === "tool_usage_finished") return `${event.data.tool_name} was used`;
  if (event.type === "crew_kickoff_failed" || event.type === "flow_failed") return `Failed: ${event.data.error}`;
  return event.type;
}

import { eventId, eventPairs, schemaFor, type ExecutionId } from "@crewstream/contracts";
import { emptyStep, type RuntimeEvent } from "@crewstream/crew";
import { z } from "zod";

const started = z.object({ id: z.string(), type: z.string(), data: z.record(z.string(), z.unknown()) });
type Started = z.infer<typeof started>;

/** Of the endings a started event may have, the one that says that it went wrong. */
const failureOf = new Map<string, string>();
for (const [ending, start] of Object.entries(eventPairs)) {
  const known = failureOf.get(start);
  if (known === undefined || (/_(failed|error)$/.test(ending) && !/_(failed|error)$/.test(known)))
    failureOf.set(start, ending);
}
// Listed by CrewAI as an ending, but no event type exists of that name.
failureOf.set("llm_guardrail_started", "llm_guardrail_completed");

/** Fields that say what an event is about, and so stand in its ending too, beside those that its type lists. */
const subjects = [
  "crew_name",
  "flow_name",
  "method_name",
  "task_id",
  "task_name",
  "agent_id",
  "agent_role",
  "call_id",
  "model",
  "tool_name",
  "tool_args",
  "source_type",
  "source_fingerprint",
  "fingerprint_metadata",
  "step_index",
  "state",
  "query",
  "limit",
  "score_threshold",
  "value",
  "metadata",
];

/** What an ending tells that its start does not, where a run was given up before it was known. */
const neverKnown: Readonly<Record<string, Record<string, unknown>>> = {
  crew_step_completed: emptyStep,
  llm_guardrail_completed: { success: false, result: null },
  knowledge_search_query_failed: { query: "" },
};

function sharedFields({ data }: Started, ending: string): Record<string, unknown> {
  const schema = schemaFor(ending);
  const names = new Set([...subjects, ...(schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])]);
  return Object.fromEntries(Object.entries(data).filter(([name]) => names.has(name)));
}

/**
 * The endings of everything that a run has begun and not ended, innermost first, for a run that cannot end itself:
 * every started event has exactly one ending, whatever happened to its worker.
 * @param stream JSON of the stream's events, in order
 */
export function closingEvents(id: ExecutionId, stream: Iterable<string>, error: string, now: Date): RuntimeEvent[] {
  const open = new Map<string, Started>();
  let previous: string | null = null;
  for (const json of stream) {
    const event = started.parse(JSON.parse(json));
    previous = event.id;
    if (failureOf.has(event.type)) open.set(event.id, event);
    else if (typeof event.data["started_event_id"] === "string") open.delete(event.data["started_event_id"]);
  }
  return [...open.values()].reverse().map((opening): RuntimeEvent => {
    const type = failureOf.get(opening.type) ?? opening.type;
    const closing = eventId(id, `closing/${opening.id}`, type, 0);
    const event: RuntimeEvent = {
      id: closing,
      type,
      timestamp: now.toISOString(),
      data: {
        ...sharedFields(opening, type),
        error,
        ...neverKnown[type],
        event_id: closing,
        parent_event_id: opening.data["parent_event_id"] ?? null,
        previous_event_id: previous,
        triggered_by_event_id: opening.data["triggered_by_event_id"] ?? null,
        started_event_id: opening.id,
      },
    };
    previous = closing;
    return event;
  });
}

import { eventId, eventPairs, schemaFor, type ExecutionId } from "@crewstream/contracts";
import { z } from "zod";
import { emptyStep } from "../agent/agent-step.ts";
import type { RuntimeEvent } from "../run-context.ts";

const started = z.object({ id: z.string(), type: z.string(), data: z.record(z.string(), z.unknown()) });
type Started = z.infer<typeof started>;

/** The ending that reports a failure, of those that a started event may have. */
const failureOf = new Map<string, string>();
for (const [ending, start] of Object.entries(eventPairs)) {
  const known = failureOf.get(start);
  if (known === undefined || (/_(failed|error)$/.test(ending) && !/_(failed|error)$/.test(known)))
    failureOf.set(start, ending);
}
// Listed by CrewAI as an ending, but no event type of that name exists.
failureOf.set("llm_guardrail_started", "llm_guardrail_completed");

/**
 * Fields that identify an event's subject and are therefore in its ending too, in addition to those that its type
 * lists.
 */
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

/** Fields of an ending that its start does not have, for a run that was given up before they were known. */
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

/** The fields of the endings. */
export interface Closing {
  error: string;
  /** The run was stopped. */
  cancelled?: boolean;
}

/**
 * What a run has started and not ended, for one that cannot end it itself: every started event has exactly one ending,
 * whatever happened to its worker or its process.
 */
export class OpenEvents {
  readonly #open = new Map<string, Started>();
  #previous: string | null = null;

  /** Processes the run's next event. */
  observe(event: Started): void {
    this.#previous = event.id;
    if (failureOf.has(event.type)) this.#open.set(event.id, event);
    else if (typeof event.data["started_event_id"] === "string") this.#open.delete(event.data["started_event_id"]);
  }

  /** The endings of everything open, innermost first. They report a failure, with this error. */
  closing(id: ExecutionId, { error, cancelled = false }: Closing, now: Date): RuntimeEvent[] {
    return [...this.#open.values()].reverse().map((opening): RuntimeEvent => {
      const type = failureOf.get(opening.type) ?? opening.type;
      const closing = eventId(id, `closing/${opening.id}`, type, 0);
      const event: RuntimeEvent = {
        id: closing,
        type,
        timestamp: now.toISOString(),
        data: {
          ...sharedFields(opening, type),
          error,
          ...(cancelled ? { cancelled } : {}),
          ...neverKnown[type],
          event_id: closing,
          parent_event_id: opening.data["parent_event_id"] ?? null,
          previous_event_id: this.#previous,
          triggered_by_event_id: opening.data["triggered_by_event_id"] ?? null,
          started_event_id: opening.id,
        },
      };
      this.#previous = closing;
      return event;
    });
  }
}

/** {@link OpenEvents.closing} for a stream. @param stream JSON of its events, in order */
export function closingEvents(id: ExecutionId, stream: Iterable<string>, end: Closing, now: Date): RuntimeEvent[] {
  const open = new OpenEvents();
  for (const json of stream) open.observe(started.parse(JSON.parse(json)));
  return open.closing(id, end, now);
}

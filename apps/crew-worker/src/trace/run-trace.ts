import { parseTraceContext, type StoredEvent } from "@crewstream/contracts";
import type { ExecutionRecord, Lease } from "@crewstream/redis";
import type { TraceSpan, Tracing } from "@crewstream/service";
import { z } from "zod";
import { beginsSpan, endOf, endsSpan, spanOf } from "./event-span.ts";

const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  timestamp: z.string().transform((text) => Date.parse(text)),
  data: z.looseObject({ parent_event_id: z.string().nullish(), started_event_id: z.string().nullish() }),
});

/**
 * A run in its kickoff's trace, as far as this worker takes it: one span for its turn, and within it one for each pair
 * of events that it has written. A turn may end what another has started (after a pause, or when a worker was killed),
 * so the id of such a span is derived from its event, and only the turn that ends it exports it.
 */
export class RunTrace {
  readonly #tracing: Tracing;
  readonly #turn: TraceSpan;
  readonly #open = new Map<string, TraceSpan>();
  #end: { error?: string } = {};

  constructor(tracing: Tracing, execution: ExecutionRecord, lease: Lease) {
    this.#tracing = tracing;
    this.#turn = tracing.start({
      ...tracing.parentIn(parseTraceContext(execution)),
      name: `run ${execution.automation}`,
      kind: "internal",
      attributes: {
        "crewstream.execution.id": execution.id,
        "crewstream.automation.name": execution.automation,
        "crewstream.automation.kind": execution.kind,
        "crewstream.run.turn": lease.runs,
      },
    });
  }

  /** Runs code as part of this turn. */
  within<T>(code: () => T): T {
    return this.#turn.run(code);
  }

  /** Reads from the stream what was started before this turn and not ended. */
  async recall(stream: () => Promise<string[]>): Promise<void> {
    if (!this.#turn.recording) return;
    const open = new Map<string, string>();
    for (const json of await stream()) {
      const { id, type, data } = eventSchema.parse(JSON.parse(json));
      if (beginsSpan(type)) open.set(id, json);
      else if (endsSpan(type)) open.delete(data.started_event_id ?? "");
    }
    for (const json of open.values()) this.#observe(json);
  }

  /** Creates spans for events, after they were written. */
  observe(events: readonly StoredEvent[]): void {
    if (!this.#turn.recording) return;
    for (const { type, json } of events) if (beginsSpan(type) || endsSpan(type)) this.#observe(json);
  }

  /** Records how the turn ends: the run's state, or why it continues elsewhere. */
  conclude(how: string): void {
    this.#turn.set({ "crewstream.run.end": how });
    if (how === "FAILED" || how === "broke") this.#end = { error: how };
  }

  /** Ends the turn. Open spans are left to the turn that ends them. */
  close(): void {
    this.#turn.end(this.#end);
  }

  #observe(json: string): void {
    const { id, type, timestamp, data } = eventSchema.parse(JSON.parse(json));
    if (beginsSpan(type)) {
      const parent = this.#open.get(data.parent_event_id ?? "") ?? this.#turn;
      const span = this.#tracing.start({
        ...spanOf(type, data),
        parent: parent.context,
        at: timestamp,
        id: spanIdOf(id),
      });
      this.#open.set(id, span);
      return;
    }
    const span = this.#open.get(data.started_event_id ?? "");
    if (span === undefined) return;
    this.#open.delete(data.started_event_id ?? "");
    const { attributes, error } = endOf(type, data);
    span.set(attributes);
    span.end({ error, at: timestamp });
  }
}

/** The second half of the event's UUID: its variant bits make it non-zero, and the rest is a hash. */
function spanIdOf(eventId: string): string {
  return eventId.replaceAll("-", "").slice(16);
}

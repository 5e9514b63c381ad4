import { eventId, type ExecutionId } from "@crewstream/contracts";
import type { RuntimeEvent } from "@crewstream/crew";

const reason =
  "it was not called through the model gateway, so it is called again when the run is resumed. " +
  "The gateway sees providers whose address is read from the environment";

/**
 * Reports once per model in an event that its calls are not journaled: those of providers whose address cannot be set,
 * and of models that code creates with its own address.
 */
export class UnseenCalls {
  readonly #executionId: ExecutionId;
  readonly #gateway: { readonly answered: number };
  readonly #told = new Set<string>();
  #completed = 0;

  constructor(executionId: ExecutionId, gateway: { readonly answered: number }) {
    this.#executionId = executionId;
    this.#gateway = gateway;
  }

  /** What to report after an event. A response passes the gateway before the library emits its event. */
  after({ type, timestamp, data }: RuntimeEvent): RuntimeEvent[] {
    if (type !== "llm_call_completed") return [];
    this.#completed += 1;
    if (this.#gateway.answered >= this.#completed) return [];
    // From here on, calls that pass the gateway can be distinguished from those that do not.
    this.#completed = this.#gateway.answered;
    const model = typeof data["model"] === "string" ? data["model"] : "unknown";
    if (this.#told.has(model)) return [];
    this.#told.add(model);
    const id = eventId(this.#executionId, `replay_limited/${model}`, "replay_limited", 0);
    const links = { event_id: id, parent_event_id: data["parent_event_id"] ?? null, started_event_id: null };
    return [
      {
        id,
        type: "replay_limited",
        timestamp,
        data: { model, reason, ...links, previous_event_id: null, triggered_by_event_id: null },
      },
    ];
  }
}

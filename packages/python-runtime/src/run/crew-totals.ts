import { noUsage, type Usage } from "@crewstream/contracts";
import type { RuntimeEvent } from "@crewstream/crew";
import { addUsage, usageOf } from "./token-usage.ts";

interface OpenCrew {
  usage: Usage;
  outputs: unknown[];
}

/**
 * What CrewAI reports about a whole crew only in its return value: every task's output and the exact sum of tokens,
 * which are added to `crew_kickoff_completed`. Also the run's sum.
 */
export class CrewTotals {
  readonly usage = noUsage();
  /** Parent of each open started event, so that a model call is counted for the enclosing crews. */
  readonly #parents = new Map<string, string | null>();
  readonly #crews = new Map<string, OpenCrew>();

  /** Processes the run's next event, and returns it with what it lacks. */
  complete(event: RuntimeEvent): RuntimeEvent {
    const { id, type, data } = event;
    const parent = idOf(data["parent_event_id"]);
    const started = idOf(data["started_event_id"]);
    if (type.endsWith("_started")) this.#parents.set(id, parent);
    if (type === "crew_kickoff_started") this.#crews.set(id, { usage: noUsage(), outputs: [] });
    if (type === "llm_call_completed") this.#count(parent, usageOf(data["usage"]));
    if (type === "task_completed") this.#crews.get(parent ?? "")?.outputs.push(data["output"]);
    if (started === null) return event;
    this.#parents.delete(started);
    const crew = this.#crews.get(started);
    this.#crews.delete(started);
    if (crew === undefined || type !== "crew_kickoff_completed") return event;
    return { ...event, data: { ...data, token_usage: crew.usage, tasks_output: crew.outputs } };
  }

  #count(parent: string | null, used: Usage): void {
    addUsage(this.usage, used);
    const seen = new Set<string>();
    for (let at = parent; at !== null && !seen.has(at); at = this.#parents.get(at) ?? null) {
      seen.add(at);
      const crew = this.#crews.get(at);
      if (crew !== undefined) addUsage(crew.usage, used);
    }
  }
}

function idOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

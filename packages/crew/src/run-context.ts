import type { ExecutionId, LastTask, PausedOutcome, RunOutcome } from "@crewstream/contracts";
import type { FlowStateStore } from "./flow/flow-state-store.ts";
import type { PublicFetch } from "./tools/public-fetch.ts";
import type { Journal } from "./journal.ts";
import type { MemoryStore } from "./memory/memory-store.ts";

/**
 * An event as the runtime creates it. `id` is deterministic (execution, path, type, ordinal), so that a repeated run
 * publishes nothing twice. `data` contains everything but `emission_sequence`, which the sink assigns.
 */
export interface RuntimeEvent {
  id: string;
  type: string;
  /** ISO 8601, UTC, with `Z`. */
  timestamp: string;
  data: Record<string, unknown>;
}

/** Destination of a run's events. The order of calls is the order of the stream. */
export interface EventSink {
  /** Queues the event and returns at once. An id that the stream already contains is ignored (a replayed step). */
  emit(event: RuntimeEvent): void;
  /**
   * Resolves when the queue is below its limit. Loops that emit without journal writes in between (streamed chunks)
   * await this, so that an unavailable store blocks the run instead of filling memory.
   * Rejects with `lease_lost` when another worker has taken over the run.
   */
  ready(): Promise<void>;
}

/** Everything a run may use. The runtime knows no Redis, queue or HTTP server; its host passes these in. */
export interface RunContext {
  executionId: ExecutionId;
  /** The name the automation is served under. */
  automation: string;
  inputs: Readonly<Record<string, unknown>>;
  /**
   * Absolute path of the automation's folder: locations in its code are shown relative to it, and its MCP servers start
   * there.
   */
  root?: string;
  sink: EventSink;
  journal: Journal;
  /** Aborted on cancellation, at the shutdown deadline, and when the lease is lost; `reason` is an AppError. */
  signal: AbortSignal;
  now(): Date;
  /** Model for agents without one, as `provider/model`. */
  defaultModel: string;
  /** Model for all agents, whatever they name: for trying a project without its providers' keys. */
  modelOverride?: string;
  /** Environment from which providers read their keys; nothing else reads `process.env`. */
  env: Readonly<Record<string, string | undefined>>;
  /**
   * What to do when a replay diverges from the journal: end as FAILED, or execute everything from there on again, under
   * new event ids; spans that were open in the previous execution then stay open. Default `fail`.
   */
  onDivergence?: "fail" | "rerun";
  /** Absolute path of the run's own directory, which contains all files it reads and writes. None: no files. */
  directory?: string;
  /** Fetches web pages for tools, from public addresses only. None: tools cannot fetch. */
  fetchPublic?: PublicFetch;
  /**
   * `fetch` for addresses that automations name, such as MCP servers, behind the host's address guard. None: no
   * network.
   */
  guardedFetch?: typeof fetch;
  /** Storage for the states of persistent flows beyond the run. */
  flowStates?: FlowStateStore;
  /** Storage for memories beyond the run. None: they last as long as the run. */
  memories?: MemoryStore;
  /** The outermost flow starts with a copy of the state saved under this id: AMP's `restoreFromStateId`. */
  restoreFromStateId?: string;
}

/** The required shape of a file's default export, made by `defineCrew` or `defineFlow`. */
export interface Automation {
  /** Values of the project's own `.env`, which override the worker's environment in its runs. */
  env?: Readonly<Record<string, string>>;
  kind: "crew" | "flow";
  name?: string;
  description: string;
  /** Sorted placeholder names of a crew; declared state fields of a flow. */
  inputs: string[];
  /** Inputs a kickoff must provide: a crew's placeholders without a default; none for a flow. */
  required: string[];
  /** JSON Schema of the inputs: types, defaults and descriptions, in declared order. */
  inputsSchema?: Record<string, unknown>;
  /** JSON Schema of the result, if it is declared. */
  outputSchema?: Record<string, unknown>;
  /** The input that receives a chat client's text. */
  chatInput?: string;
  /**
   * Runs to the end and reports the outcome. Never throws for a failure of the run itself (that is `FAILED`), only if
   * the run could not continue here: `lease_lost` and `shutdown`, after which another worker continues.
   * If a person must answer first, it ends as `PAUSED`: write the answer to the journal at the request's path (a row
   * `{kind: "human", value: HumanAnswer}`) and run it again.
   */
  run(context: RunContext): Promise<RunOutcome | PausedOutcome>;
}

export type { LastTask, PausedOutcome, RunOutcome };

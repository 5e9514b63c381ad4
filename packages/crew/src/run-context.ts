import type { ExecutionId, LastTask, PausedOutcome, RunOutcome } from "@crewstream/contracts";
import type { FlowStateStore } from "./flow/flow-state-store.ts";
import type { PublicFetch } from "./tools/public-fetch.ts";
import type { Journal } from "./journal.ts";
import type { MemoryStore } from "./memory/memory-store.ts";

/**
 * An event as the runtime makes it. `id` is deterministic (execution, path, type, ordinal), so that a run which is
 * run again publishes nothing twice. `data` holds everything but `emission_sequence`, which the sink assigns.
 */
export interface RuntimeEvent {
  id: string;
  type: string;
  /** ISO 8601, UTC, with `Z`. */
  timestamp: string;
  data: Record<string, unknown>;
}

/** Where a run's events go. The order of calls is the order of the stream. */
export interface EventSink {
  /** Queues the event and returns at once. An id that the stream already holds is ignored (a replayed step). */
  emit(event: RuntimeEvent): void;
  /**
   * Resolves when the queue is below its bound: awaited by loops that emit without a journal write between
   * (streamed chunks), so that a store that is away stops the run instead of filling the memory.
   * Rejects with `lease_lost` when another worker has taken the run over.
   */
  ready(): Promise<void>;
}

/** All that a run may touch. The runtime knows no Redis, queue or HTTP server: it gets these. */
export interface RunContext {
  executionId: ExecutionId;
  /** The automation's name, as it is served. */
  automation: string;
  inputs: Readonly<Record<string, unknown>>;
  sink: EventSink;
  journal: Journal;
  /** Aborted on cancel, on shutdown at its deadline, and when the lease is lost; `reason` is an AppError. */
  signal: AbortSignal;
  now(): Date;
  /** Model for agents that name none, as `provider/model`. */
  defaultModel: string;
  /** Environment a provider may read its key from; nothing else reads `process.env`. */
  env: Readonly<Record<string, string | undefined>>;
  /**
   * What a run does that is run again and asks something else than it has journaled: end as FAILED, or do everything
   * from there on anew, under new event ids; what was open on the old way then stays open. Default `fail`.
   */
  onDivergence?: "fail" | "rerun";
  /** Absolute path of a directory that is the run's own: all files it reads and writes lie in it. None: no files. */
  directory?: string;
  /** Fetches web pages for tools, from public addresses only. None: tools cannot fetch. */
  fetchPublic?: PublicFetch;
  /** `fetch` for addresses that automations name, such as MCP servers, behind the host's guard. None: no network. */
  guardedFetch?: typeof fetch;
  /** Where flows that persist keep their states beyond the run. */
  flowStates?: FlowStateStore;
  /** Where memories outlive the run. None: they last as long as the run. */
  memories?: MemoryStore;
  /** The outermost flow begins with a copy of the state saved under this id: AMP's `restoreFromStateId`. */
  restoreFromStateId?: string;
}

/** What a file's default export must be: made by `defineCrew` or `defineFlow`. */
export interface Automation {
  kind: "crew" | "flow";
  name?: string;
  description: string;
  /** Sorted placeholder names for a crew; declared state fields for a flow. */
  inputs: string[];
  /** The inputs a kickoff must bring: a crew's placeholders without a default; none for a flow. */
  required: string[];
  /**
   * Runs to the end and says how it ended; never throws for a failure of the run itself (that is `FAILED`), only
   * when the run could not go on here: `lease_lost` and `shutdown`, which another worker continues.
   * Where a person must answer first it ends as `PAUSED`: write the answer to the journal at the request's path (a row
   * `{kind: "human", value: HumanAnswer}`) and run it again.
   */
  run(context: RunContext): Promise<RunOutcome | PausedOutcome>;
}

export type { LastTask, PausedOutcome, RunOutcome };

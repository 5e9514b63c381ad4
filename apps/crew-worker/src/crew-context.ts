import type { ExecutionId } from "@crewstream/contracts";
import type { Queues } from "@crewstream/queue";
import type { Store } from "@crewstream/redis";
import type { Logger, Metrics, Tracing } from "@crewstream/service";
import type { CrewWorkerConfig } from "./config.ts";
import type { PythonRuns } from "./python-runs.ts";
import type { ServedEntry } from "./registry.ts";
import type { ThreadPool } from "./threads/thread-pool.ts";

/** What every part of a crew worker needs. */
export interface CrewContext {
  config: CrewWorkerConfig;
  store: Store;
  queues: Queues;
  worker: string;
  automations: ReadonlyMap<string, ServedEntry>;
  threads: ThreadPool;
  python: PythonRuns;
  /** Executions that this process is running now. */
  live: Set<ExecutionId>;
  /** The environment as automations see it. */
  env: Record<string, string>;
  log: Logger;
  metrics: Metrics;
  /** Undefined if tracing is off. */
  tracing: Tracing | undefined;
  /** Counts published events, for the rates on the dashboard. */
  published: { add(events: number): void };
}

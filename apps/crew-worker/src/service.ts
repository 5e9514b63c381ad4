import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { runExecutionJobSchema, type ExecutionId } from "@crewstream/contracts";
import { openWorkerProcess, runsQueue, startWorker } from "@crewstream/queue";
import { readExecutionHead } from "@crewstream/redis";
import { Signal, superviseLoops, type RunningService, type ServiceContext } from "@crewstream/service";
import { announcer } from "./announce.ts";
import { automationEnvironment } from "./automation-environment.ts";
import type { CrewWorkerConfig } from "./config.ts";
import { publishedCounter } from "./published-counter.ts";
import { PythonProjects } from "./python-projects.ts";
import { PythonRuns } from "./python-runs.ts";
import { recoverRuns } from "./recover-runs.ts";
import { runExecution } from "./run-execution.ts";
import { RunLogs } from "./run-logs.ts";
import { sweepEveryMs, sweepRunFolders } from "./sweep-run-folders.ts";
import { findInThread } from "./threads/find-in-thread.ts";
import { ThreadPool } from "./threads/thread-pool.ts";

/** Interval for checking projects without an environment: one that was built meanwhile is then served. */
const setupEveryMs = 3000;

/** Starts the crew worker: loads the automations, announces them, and takes runs from the queue. */
export async function startCrewWorker(config: CrewWorkerConfig, service: ServiceContext): Promise<RunningService> {
  const { log, deadline, tracing } = service;
  await using stack = new AsyncDisposableStack();
  const worker = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const env = automationEnvironment();
  const logs = new RunLogs(env, log);
  const threads = stack.use(new ThreadPool(config.RUN_MEMORY_MB, log, logs));
  // Automations that cannot be loaded are found even while Redis is down.
  const [found, opened] = await Promise.all([
    findInThread(
      threads,
      {
        dir: config.AUTOMATIONS_DIR,
        env,
        defaultModel: config.MODEL,
        modelOverride: config.MODEL_OVERRIDE,
      },
      log,
    ),
    openWorkerProcess("crew", config, { ...service, stack }),
  ]);
  const { store, queues, telemetry, metrics, health, started, facts } = opened;
  logs.keepIn(store);
  stack.use(logs);
  const published = publishedCounter(store);
  const python = stack.use(await PythonRuns.start(config, env, { log, printed: logs }));
  const { served: automations } = found;
  const changes = new Signal();
  const pythonProjects = new PythonProjects({
    pythonDir: config.PYTHON_DIR,
    env,
    folders: found.pythonFolders,
    served: automations,
    log,
    changed: (entry) => {
      if (entry !== undefined) python.warm([entry]);
      changes.notify();
    },
  });
  await pythonProjects.look({ imports: false, signal: service.stopRequested });
  const context = {
    config,
    store,
    queues,
    worker,
    automations,
    threads,
    python,
    live: new Set<ExecutionId>(),
    env,
    log,
    metrics,
    tracing,
    published,
  };
  stack.use(
    startWorker({
      store,
      queue: runsQueue,
      schema: runExecutionJobSchema,
      concurrency: config.CREW_CONCURRENCY,
      lockMs: config.LEASE_MS,
      log,
      metrics,
      deadline,
      telemetry,
      handle: (job, { deadline: handOver }) => runExecution(context, job.executionId, handOver),
    }),
  );
  const announcing = announcer(store, worker, () => ({
    served: automations.values(),
    unavailable: [...found.unavailable, ...pythonProjects.unavailable],
  }));
  await announcing.announce();
  const recovery = {
    name: "recover-runs",
    everyMs: config.RECONCILE_MS,
    run: (signal: AbortSignal) => recoverRuns(context, signal),
  };
  const sweep = {
    name: "sweep-run-folders",
    everyMs: sweepEveryMs,
    run: async (signal: AbortSignal) => {
      const exists = async (id: ExecutionId) => (await readExecutionHead(store, id)) !== undefined;
      const removed = await sweepRunFolders({ dir: config.RUNS_DIR, now: Date.now(), signal, exists });
      if (removed > 0) log.info({ removed }, "run_folders.swept");
    },
  };
  const setup = {
    name: "python-projects",
    everyMs: setupEveryMs,
    run: async (signal: AbortSignal) => void (await pythonProjects.look({ imports: true, signal })),
  };
  // What becomes ready is announced immediately.
  const announceChanges = { name: "announce-changes", everyMs: 0, trigger: changes, run: () => announcing.announce() };
  const loops = superviseLoops([announcing.loop, announceChanges, recovery, sweep, published.loop, setup], {
    log,
    health,
  });
  // Opened last, so disposed first: no kickoff is accepted for a worker that is about to stop.
  stack.defer(async () => {
    await loops[Symbol.asyncDispose]();
    await announcing.withdraw();
  });
  started.set(true);
  const owned = stack.move();
  return {
    facts: { worker, automations: [...automations.keys()], ...facts },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

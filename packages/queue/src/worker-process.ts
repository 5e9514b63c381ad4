import { announceEveryMs, Deployment, openStore, processAnnouncer, redisProblem, type Store } from "@crewstream/redis";
import {
  createMetrics,
  Health,
  renderMetrics,
  serveHealth,
  superviseLoops,
  type HealthCheck,
  type Metrics,
  type ServiceContext,
  type Variables,
} from "@crewstream/service";
import { Queues } from "./queues.ts";
import { queueTelemetry } from "./telemetry.ts";

type WorkerVariables = Parameters<typeof openStore>[0] & Pick<Variables, "HEALTH_HOST" | "HEALTH_PORT">;

/** What every worker process has. */
export interface WorkerProcess {
  store: Store;
  queues: Queues;
  /** For the workers that take jobs: propagates a trace from job to job; undefined without tracing. */
  telemetry: Awaited<ReturnType<typeof queueTelemetry>>;
  metrics: Metrics;
  health: Health;
  /** To be set once the process takes work. */
  started: HealthCheck;
  /** Hooks that run before the metrics are read: the process adds its gauges here. */
  scrape: { before: () => Promise<void> };
  /** Hooks that run when Redis has lost its data: the process adds its alerts here. */
  dataLost: { alert: (at: Date) => Promise<void> };
  /** Fields of the process's ready log line: the port of its health server, if there is one. */
  facts: Record<string, unknown>;
}

/**
 * Opens what every worker process has: first its health and metrics (served if `HEALTH_PORT` is set), then, once Redis
 * can be used, the store, the queues, and its entry among the live processes, which it keeps until it has drained. All
 * of it is disposed with `stack`, so what takes jobs must be added to it afterwards.
 * @throws AppError `configuration` if the deployment has another number of partitions; and if a stop is requested
 * before
 */
export async function openWorkerProcess(
  kind: "crew" | "delivery",
  config: WorkerVariables,
  { log, tracing, stopRequested, stack }: ServiceContext & { stack: AsyncDisposableStack },
): Promise<WorkerProcess> {
  const name = `${kind}-worker`;
  const metrics = createMetrics(name);
  const health = new Health();
  const started = health.check("started");
  const store = stack.use(openStore(config, { retry: "forever", log, name }));
  health.probe("redis", () => redisProblem(store));
  health.defect(() => store.connections.defect);
  const facts: Record<string, unknown> = {};
  const scrape: WorkerProcess["scrape"] = { before: () => Promise.resolve() };
  if (config.HEALTH_PORT !== undefined) {
    const served = await serveHealth({
      host: config.HEALTH_HOST,
      port: config.HEALTH_PORT,
      health,
      metrics: async () => {
        await scrape.before();
        return renderMetrics(metrics, health);
      },
    });
    facts["healthPort"] = stack.use(served).port;
  }
  const deployment = await Deployment.join(store, stopRequested);
  const telemetry = await queueTelemetry(tracing);
  const queues = stack.use(new Queues(store, telemetry));
  const { announce, withdraw } = processAnnouncer(store, kind);
  stack.defer(withdraw);
  const dataLost: WorkerProcess["dataLost"] = { alert: () => Promise.resolve() };
  const run = async (): Promise<void> => {
    await announce();
    const at = await deployment.check({ log, metrics });
    if (at !== undefined) await dataLost.alert(at);
  };
  stack.use(superviseLoops([{ name: "announce-process", everyMs: announceEveryMs, run }], { log, health }));
  return { store, queues, telemetry, metrics, health, started, scrape, dataLost, facts };
}

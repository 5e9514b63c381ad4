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

/** What every worker process works with. */
export interface WorkerProcess {
  store: Store;
  queues: Queues;
  /** For the workers that take jobs: carries a trace from job to job; undefined without tracing. */
  telemetry: Awaited<ReturnType<typeof queueTelemetry>>;
  metrics: Metrics;
  health: Health;
  /** To be set when the process takes work. */
  started: HealthCheck;
  /** What is done before somebody reads the metrics: the process puts there what looks at gauges. */
  scrape: { before: () => Promise<void> };
  /** What is done when Redis has lost its data: the process puts there whom it alerts. */
  dataLost: { alert: (at: Date) => Promise<void> };
  /** Facts for the process's ready line: the port of its health, if it serves one. */
  facts: Record<string, unknown>;
}

/**
 * Opens what every worker process has: its health and metrics first (served when `HEALTH_PORT` is set), then, when Redis
 * can be used, the store, the queues, and its place among the processes that are alive, which it keeps until it has
 * drained. All of it goes with `stack`, so what takes jobs is to be put on it afterwards.
 * @throws AppError `configuration` when the deployment has another number of partitions; when a stop is asked for before
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

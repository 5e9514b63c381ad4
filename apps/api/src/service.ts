import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { Queues, queueTelemetry } from "@crewstream/queue";
import {
  agreeOnPartitions,
  announceEveryMs,
  isOutage,
  openStore,
  ping,
  processAnnouncer,
  takeTurn,
  tidyExecutions,
  type Store,
} from "@crewstream/redis";
import {
  addressPolicy,
  boundPort,
  closeServer,
  createCipher,
  createMetrics,
  Health,
  httpServer,
  superviseLoops,
  type Loop,
  type RunningService,
  type ServiceContext,
} from "@crewstream/service";
import type { ApiContext } from "./api-context.ts";
import { createApp } from "./app.ts";
import { startupTokens } from "./auth/startup-tokens.ts";
import { Automations } from "./automations.ts";
import type { ApiConfig } from "./config.ts";
import { AttemptWatch } from "./events/attempt-watch.ts";
import { EventWatch } from "./events/event-watch.ts";
import { OpenStreams } from "./events/open-streams.ts";
import { Compensations } from "./kickoff/compensations.ts";

/** How long a start waits for Redis before it fails, and its supervisor tries again. */
const redisStartMs = 15_000;
const tidyEveryMs = 30_000;
const keepAliveMs = 75_000;

/** Starts the API; `facts` are the URL and port. Disposing it stops listening, lets requests end, then closes the rest. */
export async function startApi(config: ApiConfig, { log, deadline, tracing }: ServiceContext): Promise<RunningService> {
  const tokens = startupTokens(config, log);
  await using starting = new AsyncDisposableStack();
  const store = starting.use(openStore(config, { patience: "impatient", log, name: "api" }));
  await untilReachable(store);
  const queues = starting.use(new Queues(store, await queueTelemetry(tracing)));
  const health = new Health();
  health.probe("redis", () => ping(store));
  health.defect(() => store.connections.defect);
  const stopping = new AbortController();
  const context: ApiContext = {
    config,
    store,
    queues,
    log,
    health,
    tokens,
    metrics: createMetrics("api"),
    tracing,
    cipher: createCipher(config.ENCRYPTION_KEY),
    addressPolicy: addressPolicy(config),
    automations: new Automations(store, config.DEFAULT_AUTOMATION),
    watch: starting.use(new EventWatch(store)),
    attempts: starting.use(new AttemptWatch(store)),
    streams: new OpenStreams({ perToken: config.EVENT_STREAMS_PER_TOKEN, limit: config.EVENT_STREAMS }),
    compensations: starting.use(new Compensations(store, log)),
    stopping: stopping.signal,
  };

  const loops = housekeeping(store);
  starting.defer(loops.withdraw);
  starting.use(superviseLoops(loops.loops, { log, health }));

  const server = httpServer(createApp(context));
  // Longer than the minute that load balancers keep an idle connection: one that we close is one they may just use.
  server.keepAliveTimeout = keepAliveMs;
  server.listen(config.PORT, config.HOST);
  await once(server, "listening");
  starting.defer(async () => {
    const cutOff = () => server.closeAllConnections();
    deadline.addEventListener("abort", cutOff, { once: true });
    stopping.abort();
    await closeServer(server);
    deadline.removeEventListener("abort", cutOff);
  });

  const port = boundPort(server);
  const host = config.HOST.includes(":") ? `[${config.HOST}]` : config.HOST;
  const opened = starting.move();
  return {
    facts: { url: config.PUBLIC_URL ?? `http://${host}:${port}`, port },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** What an API process does besides answering: it says that it is alive, and one of all keeps the lists tidy. */
function housekeeping(store: Store): { loops: Loop[]; withdraw: () => Promise<void> } {
  const { announce, withdraw } = processAnnouncer(store, "api");
  const tidy = async (): Promise<void> => {
    if (await takeTurn(store, "tidy-executions", tidyEveryMs * 0.9)) await tidyExecutions(store, Date.now());
  };
  return {
    loops: [
      { name: "announce", everyMs: announceEveryMs, run: announce },
      { name: "tidy-executions", everyMs: tidyEveryMs, run: tidy },
    ],
    withdraw: () => withdraw().catch(() => undefined),
  };
}

/** Waits for Redis, and checks that this deployment has as many partitions as we are told. */
async function untilReachable(store: Store): Promise<void> {
  for (const begun = Date.now(); ;) {
    try {
      return await agreeOnPartitions(store);
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (Date.now() - begun > redisStartMs) {
        throw new AppError(`Redis cannot be reached: ${(error as Error).message}`, {
          code: ErrorCode.storeUnavailable,
          retryable: true,
          cause: error,
        });
      }
      await delay(100);
    }
  }
}

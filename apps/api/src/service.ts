import { once } from "node:events";
import { Queues, queueTelemetry } from "@crewstream/queue";
import {
  announceEveryMs,
  Deployment,
  openStore,
  processAnnouncer,
  redisProblem,
  takeTurn,
  tidyExecutions,
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
import { limitWrongTokens } from "./middleware/wrong-tokens.ts";

const tidyEveryMs = 30_000;
const keepAliveMs = 75_000;

/**
 * Starts the API: it responds immediately, with 503 until Redis can be used and it is ready. `facts` are the URL and
 * port. Disposing it stops listening, lets requests finish, then closes the rest.
 */
export async function startApi(config: ApiConfig, service: ServiceContext): Promise<RunningService> {
  const { log, deadline, stopRequested, tracing } = service;
  const tokens = startupTokens(config, log);
  await using starting = new AsyncDisposableStack();
  const store = starting.use(openStore(config, { retry: "failFast", log, name: "api" }));
  const queues = starting.use(new Queues(store, await queueTelemetry(tracing)));
  const health = new Health();
  const started = health.check("started");
  health.probe("redis", () => redisProblem(store));
  health.defect(() => store.connections.defect);
  const stopping = new AbortController();
  const context: ApiContext = {
    config,
    store,
    queues,
    log,
    health,
    started: false,
    tokens,
    wrongTokens: limitWrongTokens(),
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

  const server = httpServer(createApp(context));
  // Longer than the minute that load balancers keep an idle connection: otherwise we might close one that they are
  // about to use.
  server.keepAliveTimeout = keepAliveMs;
  server.listen(config.PORT, config.HOST);
  await once(server, "listening");
  let closing: Promise<void> | undefined;
  const stopListening = async (): Promise<void> => {
    const cutOff = () => server.closeAllConnections();
    deadline.addEventListener("abort", cutOff, { once: true });
    stopping.abort();
    await (closing ??= closeServer(server));
    deadline.removeEventListener("abort", cutOff);
  };
  starting.defer(stopListening);

  const deployment = await Deployment.join(store, stopRequested);
  const loops = housekeeping(context, deployment);
  starting.defer(loops.withdraw);
  starting.use(superviseLoops(loops.loops, { log, health }));
  // Requests finish before the process is deregistered.
  starting.defer(stopListening);
  context.started = true;
  started.set(true);

  const port = boundPort(server);
  const host = config.HOST.includes(":") ? `[${config.HOST}]` : config.HOST;
  const opened = starting.move();
  return {
    facts: { url: config.PUBLIC_URL ?? `http://${host}:${port}`, port },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/**
 * The background work of an API process: it announces itself and checks whether Redis still has its data, and one of
 * all keeps the lists tidy.
 */
function housekeeping(context: ApiContext, deployment: Deployment): { loops: Loop[]; withdraw: () => Promise<void> } {
  const { store } = context;
  const { announce, withdraw } = processAnnouncer(store, "api");
  const announceAndCheck = async (): Promise<void> => {
    await announce();
    await deployment.check(context);
  };
  const tidy = async (): Promise<void> => {
    if (await takeTurn(store, "tidy-executions", tidyEveryMs * 0.9)) await tidyExecutions(store, Date.now());
  };
  return {
    loops: [
      { name: "announce", everyMs: announceEveryMs, run: announceAndCheck },
      { name: "tidy-executions", everyMs: tidyEveryMs, run: tidy },
    ],
    withdraw: () => withdraw().catch(() => undefined),
  };
}

import type { Queues } from "@crewstream/queue";
import type { Store } from "@crewstream/redis";
import type { AddressPolicy, Cipher, Health, Logger, Metrics, Tracing } from "@crewstream/service";
import type { RequestHandler } from "express";
import type { Automations } from "./automations.ts";
import type { AccessTokens } from "./auth/tokens.ts";
import type { ApiConfig } from "./config.ts";
import type { AttemptWatch } from "./events/attempt-watch.ts";
import type { EventWatch } from "./events/event-watch.ts";
import type { OpenStreams } from "./events/open-streams.ts";
import type { Compensations } from "./kickoff/compensations.ts";

/** What the routes work with. */
export interface ApiContext {
  config: ApiConfig;
  store: Store;
  queues: Queues;
  log: Logger;
  metrics: Metrics;
  /** Undefined when no trace is wanted. */
  tracing: Tracing | undefined;
  health: Health;
  /** Whether this process has found its Redis, and agrees with the other processes. Nothing is done before. */
  started: boolean;
  tokens: AccessTokens;
  /** Passed by requests whose token is wrong, wherever that is found. */
  wrongTokens: RequestHandler;
  cipher: Cipher;
  addressPolicy: AddressPolicy;
  automations: Automations;
  watch: EventWatch;
  attempts: AttemptWatch;
  streams: OpenStreams;
  compensations: Compensations;
  /** Aborts when the process begins to stop: answers that are held open end then. */
  stopping: AbortSignal;
}

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

/** What the routes need. */
export interface ApiContext {
  config: ApiConfig;
  store: Store;
  queues: Queues;
  log: Logger;
  metrics: Metrics;
  /** Undefined if tracing is off. */
  tracing: Tracing | undefined;
  health: Health;
  /** Whether this process has found its Redis, and agrees with the other processes. Nothing works before that. */
  started: boolean;
  tokens: AccessTokens;
  /** Runs for requests whose token is wrong, wherever that is found. */
  wrongTokens: RequestHandler;
  cipher: Cipher;
  addressPolicy: AddressPolicy;
  automations: Automations;
  watch: EventWatch;
  attempts: AttemptWatch;
  streams: OpenStreams;
  compensations: Compensations;
  /** Aborts when the process begins to stop: responses that are held open end then. */
  stopping: AbortSignal;
}

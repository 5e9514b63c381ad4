import { errorMessage } from "@crewstream/contracts";
import { explainFailures, logFailure, type Logger } from "@crewstream/service";
import type { RedisConfig } from "./access.ts";
import { redisAddress } from "./address.ts";
import { createRedis, type RedisClient } from "./client.ts";
import type { RetryMode } from "./cluster.ts";
import {
  clusterSubscriberHeartbeat,
  heartbeatMs,
  socketHeartbeat,
  type ConnectionRole,
  type Heartbeat,
  type Report,
} from "./heartbeat.ts";
import { isOutage } from "./outage.ts";
import { Reachability } from "./reachability.ts";

export interface ConnectionOptions {
  role: ConnectionRole;
  /** What uses it, for the log, e.g. a queue. */
  purpose: string;
  /** `failFast` is for commands only. */
  retry?: RetryMode;
  /** As shown by `CLIENT LIST`; by default the process's own name. */
  name?: string;
}

/** A client and what watches its connections: a single one, or one per node of a Cluster. */
interface Opened {
  options: ConnectionOptions;
  heartbeats: Map<object, Heartbeat>;
  /** Consecutive checks that saw neither a reply nor an attempt to connect. */
  quiet: number;
}

/** After this many silent checks (a minute) nothing explains a connection's silence any more. */
const stuckChecks = 60_000 / heartbeatMs;

/**
 * All connections of one process to Redis. Each has a deadline: if Redis sends nothing over it for too long, it is
 * replaced, and the replacement is logged. Every connection must be opened here.
 */
export class Connections implements Disposable {
  readonly #config: RedisConfig;
  readonly #options: { log: Logger; name: string; heartbeatChannel: string };
  readonly #opened = new Set<Opened>();
  readonly #timer: NodeJS.Timeout;
  /** As seen by the first connection for commands, which reports for all of them. */
  #reachability: Reachability | undefined;

  /** @param options.heartbeatChannel a channel of this deployment to which nobody publishes */
  constructor(config: RedisConfig, options: { log: Logger; name: string; heartbeatChannel: string }) {
    this.#config = config;
    this.#options = options;
    // All failures caused by Redis have the same cause, which is reported in one sentence.
    explainFailures(options.log, (error) => (isOutage(error) ? this.explain(error) : undefined));
    this.#timer = setInterval(() => this.#check(), heartbeatMs).unref();
  }

  /** Where Redis is, without credentials. */
  get address(): string {
    return redisAddress(this.#config);
  }

  /** Opens a connection, or in a Cluster one to each node that is used; the caller closes it. */
  open(options: ConnectionOptions): RedisClient {
    const { role, retry = "forever", name = this.#options.name } = options;
    const { log } = this.#options;
    const client = createRedis(this.#config, { retry, name });
    if (role === "commands") {
      this.#reachability ??= new Reachability(client, { address: this.address, log });
    }
    const opened: Opened = { options, heartbeats: new Map(), quiet: 0 };
    this.#opened.add(opened);
    const report: Report = (silentMs, server) =>
      logFailure(log, "redis.connection_replaced", {
        level: "warn",
        fields: { role, purpose: options.purpose, server, silentMs, reason: `No answer for ${silentMs / 1000} s` },
        cause: `silent: ${role} ${options.purpose}`,
      });
    const moved = (): void => void (opened.quiet = 0);
    for (const event of ["connecting", "connect", "ready", "close", "reconnecting", "error"]) client.on(event, moved);
    if ("nodes" in client) {
      client.on("+node", (node) => opened.heartbeats.set(node, socketHeartbeat(node, role, report)));
      client.on("-node", (node) => opened.heartbeats.delete(node));
      if (role === "subscriber") {
        opened.heartbeats.set(client, clusterSubscriberHeartbeat(client, this.#options.heartbeatChannel, report));
      }
    } else {
      opened.heartbeats.set(client, socketHeartbeat(client, role, report));
    }
    return client;
  }

  /**
   * A sentence about a connection that has seen neither a reply nor an attempt to connect for a minute: it should have
   * been replaced and was not, and only a new process helps. Undefined also during an outage of Redis, when connections
   * are attempted again and again.
   */
  get defect(): string | undefined {
    const stuck = [...this.#opened].find(({ quiet }) => quiet >= stuckChecks)?.options;
    return (
      stuck && `The connection to Redis for ${stuck.purpose} (${stuck.role}) has neither answered nor been replaced.`
    );
  }

  /** What keeps this process from Redis, as a sentence for operators; undefined while there is a connection. */
  get outage(): string | undefined {
    return this.#reachability?.outage;
  }

  /** Whether Redis rejects our user or password: waiting does not help. */
  get refusedLogin(): boolean {
    return this.#reachability?.refusedLogin ?? false;
  }

  /** As {@link outage}, or what a command's error says about a Redis that is connected. */
  explain(error: unknown): string {
    return this.#reachability?.explain(error) ?? errorMessage(error);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    this.#reachability?.check();
    for (const opened of this.#opened) {
      let heard = false;
      for (const heartbeat of opened.heartbeats.values()) heard = heartbeat.check() || heard;
      opened.quiet = heard ? 0 : opened.quiet + 1;
    }
  }
}

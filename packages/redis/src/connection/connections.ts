import { errorMessage } from "@crewstream/contracts";
import { explainFailures, logFailure, type Logger } from "@crewstream/service";
import type { RedisConfig } from "./access.ts";
import { redisAddress } from "./address.ts";
import { createRedis, type RedisClient } from "./client.ts";
import type { Patience } from "./cluster.ts";
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
  /** Who uses it, for the log: a queue, say. */
  purpose: string;
  /** Only commands may be impatient. */
  patience?: Patience;
  /** As `CLIENT LIST` shows it; the process's own name without. */
  name?: string;
}

/** A client and what watches its connections: one, or one to each node of a Cluster. */
interface Opened {
  options: ConnectionOptions;
  heartbeats: Map<object, Heartbeat>;
  /** Looks in a row that saw neither an answer nor an attempt to connect. */
  quiet: number;
}

/** With this many quiet looks (a minute) nothing explains a connection's silence any more. */
const stuckLooks = 60_000 / heartbeatMs;

/**
 * The connections of one process to Redis, whoever uses them. Each has a deadline: one over which Redis has said nothing
 * for too long is replaced, and the log says so. Every one is to be opened here.
 */
export class Connections implements Disposable {
  readonly #config: RedisConfig;
  readonly #options: { log: Logger; name: string; heartbeatChannel: string };
  readonly #opened = new Set<Opened>();
  readonly #timer: NodeJS.Timeout;
  /** As the first connection for commands sees it; one tells for all. */
  #reachability: Reachability | undefined;

  /** @param options.heartbeatChannel a channel of this deployment on which nobody speaks */
  constructor(config: RedisConfig, options: { log: Logger; name: string; heartbeatChannel: string }) {
    this.#config = config;
    this.#options = options;
    // Whatever fails on account of Redis has one cause, which is said in one sentence.
    explainFailures(options.log, (error) => (isOutage(error) ? this.explain(error) : undefined));
    this.#timer = setInterval(() => this.#look(), heartbeatMs).unref();
  }

  /** Where Redis is, without credentials. */
  get address(): string {
    return redisAddress(this.#config);
  }

  /** Opens a connection, or with a Cluster one to each node that is used; the caller closes it. */
  open(options: ConnectionOptions): RedisClient {
    const { role, patience = "patient", name = this.#options.name } = options;
    const { log } = this.#options;
    const client = createRedis(this.#config, { patience, name });
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
   * A sentence about a connection over which there has been neither an answer nor an attempt to connect for a minute: it
   * should have been replaced and was not, and only a new process helps. Undefined also during an outage of Redis, in
   * which connections are attempted again and again.
   */
  get defect(): string | undefined {
    const stuck = [...this.#opened].find(({ quiet }) => quiet >= stuckLooks)?.options;
    return (
      stuck && `The connection to Redis for ${stuck.purpose} (${stuck.role}) has neither answered nor been replaced.`
    );
  }

  /** What keeps this process from Redis, as a sentence for operators; undefined while there is a connection. */
  get outage(): string | undefined {
    return this.#reachability?.outage;
  }

  /** Whether Redis refuses our user or password: waiting does not help. */
  get refusedLogin(): boolean {
    return this.#reachability?.refusedLogin ?? false;
  }

  /** As {@link outage}, or what an error of a command says of a Redis that is connected. */
  explain(error: unknown): string {
    return this.#reachability?.explain(error) ?? errorMessage(error);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#reachability?.look();
    for (const opened of this.#opened) {
      let heard = false;
      for (const heartbeat of opened.heartbeats.values()) heard = heartbeat.look() || heard;
      opened.quiet = heard ? 0 : opened.quiet + 1;
    }
  }
}

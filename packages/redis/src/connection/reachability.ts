import { logFailure, type Logger } from "@crewstream/service";
import type { Cluster, Redis } from "ioredis";
import { connectionFailure, isRefusedLogin, temporaryReply } from "./outage.ts";

type State = { kind: "reachable" } | { kind: "down" } | { kind: "loading"; percent: string };

/** Whether Redis can be reached over one connection, if not since when and why: as sentences for operators. */
export class Reachability {
  readonly #client: Redis | Cluster;
  readonly #address: string;
  readonly #log: Logger;
  #state: State = { kind: "down" };
  #since = performance.now();
  /** Of this outage: whether it was reported, and whether a log line shows it. */
  #reported = false;
  #logged = false;
  #checking = false;
  /** The last failure since there was a connection. */
  #reason: string | undefined;
  #refusedLogin = false;

  /** @param address without credentials */
  constructor(client: Redis | Cluster, { address, log }: { address: string; log: Logger }) {
    this.#client = client;
    this.#address = address;
    this.#log = log;
    client.on("ready", () => this.#ready());
    client.on("close", () => this.#closed());
    client.on("error", (error: Error) => this.#failed(error));
  }

  /** What keeps us from reaching Redis, as a sentence; undefined while there is a connection. */
  get outage(): string | undefined {
    const state = this.#state;
    const since = `since ${duration(performance.now() - this.#since)}`;
    switch (state.kind) {
      case "reachable":
        return undefined;
      case "loading":
        return `Redis at ${this.#address} is loading its data (${state.percent} % so far, ${since})`;
      case "down":
        return `Redis is not reachable at ${this.#address} (${since})${this.#reason === undefined ? "" : `: ${this.#reason}`}`;
      default:
        return state satisfies never;
    }
  }

  /** Whether the cause is a wrong user or password; waiting does not help then. */
  get refusedLogin(): boolean {
    return this.#refusedLogin;
  }

  /** As {@link outage}, or what a command's error says about a Redis that is connected. */
  explain(error: unknown): string {
    const { outage } = this;
    if (outage !== undefined) return outage;
    if (!(error instanceof Error)) return `Redis at ${this.#address} is not available`;
    const reply = temporaryReply(error);
    if (reply !== undefined) return `Redis at ${this.#address} ${reply}`;
    if (error.message.startsWith("Command timed out")) return `Redis at ${this.#address} does not answer`;
    return `Redis at ${this.#address} is not available: ${connectionFailure(error)}`;
  }

  /** Called periodically: finds what no event reports. */
  check(): void {
    if (this.#state.kind === "reachable") return;
    this.#checkLoading();
    this.#report();
  }

  #ready(): void {
    const downMs = Math.round(performance.now() - this.#since);
    if (this.#logged) this.#log.info({ downMs, redis: this.#address }, "redis.reachable");
    this.#state = { kind: "reachable" };
    this.#reason = undefined;
    this.#refusedLogin = false;
    this.#reported = this.#logged = false;
  }

  #closed(): void {
    if (this.#state.kind === "reachable") this.#since = performance.now();
    this.#state = { kind: "down" };
  }

  /** An established connection may report errors as well; whether it is lost is known only when it closes. */
  #failed(error: Error): void {
    this.#reason = connectionFailure(error);
    this.#refusedLogin = isRefusedLogin(error);
    if (this.#state.kind !== "reachable") this.#report();
  }

  #report(): void {
    const { outage } = this;
    if (this.#reported || outage === undefined) return;
    this.#reported = true;
    const failure = { level: "warn", fields: { reason: outage }, ongoing: () => this.outage } as const;
    this.#logged = logFailure(this.#log, "redis.unreachable", failure);
  }

  /** A Redis that is loading its data accepts connections, and ioredis silently waits until it is done. */
  #checkLoading(): void {
    if (this.#client.status !== "connect" || this.#checking) return;
    this.#checking = true;
    this.#client
      .info("persistence")
      .then((info) => {
        if (this.#state.kind === "reachable") return;
        const loading = /^loading:1/m.test(info);
        const [, percent = "0"] = /^loading_loaded_perc:(\d+)/m.exec(info) ?? [];
        this.#state = loading ? { kind: "loading", percent } : { kind: "down" };
      })
      .catch(() => undefined)
      .finally(() => (this.#checking = false));
  }
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

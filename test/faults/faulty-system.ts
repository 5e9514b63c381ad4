import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { executionIdSchema } from "@crewstream/contracts";
import {
  openStore,
  readAttempts,
  readDeadLetters,
  type Attempt,
  type DeliveryRecord,
  type Store,
} from "@crewstream/redis";
import { createLogger } from "@crewstream/service";
import { ApiClient } from "../support/client.ts";
import { FaultyRedis } from "../support/redis.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import type { ScriptProcess } from "../support/script-process.ts";
import { serviceReady, startService, type ServiceName } from "../support/service-process.ts";
import { testEnvironment, testToken } from "../support/services.ts";

/** Starting takes most of a core for seconds, and some start while Redis is down. */
const startLimitMs = 180_000;

/** The whole system on its own Redis, whose parts may be killed; what is killed is restarted. */
export class FaultySystem implements AsyncDisposable {
  readonly redis: FaultyRedis;
  readonly env: Record<string, string>;
  readonly #processes = new Map<string, ScriptProcess>();
  /**
   * The proxy through which each process reaches Redis, by the process's name; it stays when the process is replaced.
   */
  readonly #networks = new Map<string, TcpProxy>();
  /** Processes that were killed and replaced; their logs show what happened. */
  #replaced: ScriptProcess[] = [];
  #client: ApiClient | undefined;

  private constructor(redis: FaultyRedis, env: Record<string, string>) {
    this.redis = redis;
    this.env = env;
  }

  /** One api, two crew workers and two delivery workers, ready. */
  static async start(
    env: Record<string, string> = {},
    redisConfig: Record<string, string> = {},
  ): Promise<FaultySystem> {
    const redis = await FaultyRedis.start({ appendfsync: "always", ...redisConfig });
    const system = new FaultySystem(
      redis,
      testEnvironment({
        REDIS_URL: redis.url,
        AUTOMATIONS_DIR: fileURLToPath(new URL("../fixtures/load", import.meta.url)),
        LOG_LEVEL: "info",
        // Timeouts are short, so that whatever hangs or was lost is over soon: a run is mostly waiting.
        WEBHOOK_TIMEOUT_MS: "1000",
        RECONCILE_MS: "5000",
        SHUTDOWN_TIMEOUT_MS: "3000",
        // A killed worker is restarted in half the time.
        NODE_COMPILE_CACHE: join(tmpdir(), "crewstream-compile-cache"),
        ...env,
      }),
    );
    await Promise.all([
      system.#start("api", "api"),
      ...["crew-worker", "delivery-worker"].flatMap((name) =>
        [1, 2].map((number) => system.#start(`${name}-${number}`, name as ServiceName)),
      ),
    ]);
    const { port } = await serviceReady(system.process("api"));
    system.#client = new ApiClient(`http://127.0.0.1:${String(port)}`, testToken);
    return system;
  }

  get client(): ApiClient {
    if (this.#client === undefined) throw new Error("not started");
    return this.#client;
  }

  /** The names of all processes. */
  get names(): string[] {
    return [...this.#processes.keys()].sort();
  }

  get workers(): string[] {
    return this.names.filter((name) => name !== "api");
  }

  process(name: string): ScriptProcess {
    const found = this.#processes.get(name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  }

  /** The proxy through which a process reaches Redis. */
  network(name: string): TcpProxy {
    const found = this.#networks.get(name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  }

  /** All processes, including those that were replaced. */
  get processes(): ScriptProcess[] {
    return [...this.#replaced, ...this.#processes.values()];
  }

  /** Forgets the processes that were replaced so far, and their logs. */
  forgetReplaced(): void {
    this.#replaced = [];
  }

  /** A feed's dead letters. */
  async deadLetters(executionId: string, feed: number): Promise<DeliveryRecord[]> {
    await using store = this.#store();
    return await readDeadLetters(store, { executionId: executionIdSchema.parse(executionId), feed });
  }

  /** An execution's attempt log. */
  async attempts(executionId: string): Promise<Attempt[]> {
    await using store = this.#store();
    const logged = await readAttempts(store, executionIdSchema.parse(executionId), { limit: 10_000 });
    return logged.map(({ attempt }) => attempt);
  }

  /** Kills a worker and starts another in its place. */
  async replace(name: string, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const replaced = this.process(name);
    this.#replaced.push(replaced);
    await replaced.kill(signal);
    await this.#start(name, name.replace(/-\d+$/, "") as ServiceName);
  }

  /** Cuts every connection to Redis, including subscriptions. */
  async cutConnections(): Promise<void> {
    await using store = this.#store();
    await store.redis.call("CLIENT", "KILL", "TYPE", "pubsub");
    await store.redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  }

  /** Makes Redis forget our scripts and BullMQ's. */
  async flushScripts(): Promise<void> {
    await using store = this.#store();
    await store.redis.call("SCRIPT", "FLUSH");
  }

  #store(): Store {
    return openStore(
      { REDIS_URL: this.redis.url, KEY_PREFIX: this.env["KEY_PREFIX"] ?? "", QUEUE_PARTITIONS: 4 },
      { retry: "forever", log: createLogger({ name: "test", level: "silent" }), name: "test" },
    );
  }

  async #start(name: string, service: ServiceName): Promise<void> {
    const url = new URL(this.redis.url);
    const network = this.#networks.get(name) ?? (await TcpProxy.start(Number(url.port)));
    this.#networks.set(name, network);
    url.port = String(network.port);
    this.#processes.set(name, await startService(service, { ...this.env, REDIS_URL: url.href }, startLimitMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.kill("SIGKILL")));
    await Promise.all([...this.#networks.values()].map((network) => network[Symbol.asyncDispose]()));
    await this.redis[Symbol.asyncDispose]();
  }
}

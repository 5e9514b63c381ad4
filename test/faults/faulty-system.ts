import { fileURLToPath } from "node:url";
import { deliveryId, executionIdSchema } from "@crewstream/contracts";
import { openStore, readDeadLetters } from "@crewstream/redis";
import { createLogger } from "@crewstream/service";
import { ApiClient } from "../support/client.ts";
import { FaultyRedis } from "../support/redis.ts";
import type { ScriptProcess } from "../support/script-process.ts";
import { serviceReady, startService, type ServiceName } from "../support/service-process.ts";
import { testEnvironment, testToken } from "../support/services.ts";

/** The whole system on a Redis of its own, whose parts may be killed; what is killed is started again. */
export class FaultySystem implements AsyncDisposable {
  readonly redis: FaultyRedis;
  readonly env: Record<string, string>;
  readonly #processes = new Map<string, ScriptProcess>();
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

  get workers(): string[] {
    return [...this.#processes.keys()].filter((name) => name !== "api");
  }

  process(name: string): ScriptProcess {
    const found = this.#processes.get(name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  }

  /** Webhook ids of a feed's dead letters. */
  async deadLetters(executionId: string, feed: number): Promise<Set<string>> {
    await using store = openStore(
      { REDIS_URL: this.redis.url, KEY_PREFIX: this.env["KEY_PREFIX"] ?? "", QUEUE_PARTITIONS: 4 },
      { patience: "patient", log: createLogger({ name: "test", level: "silent" }), name: "test" },
    );
    const address = { executionId: executionIdSchema.parse(executionId), feed };
    const letters = await readDeadLetters(store, address);
    return new Set(letters.map(({ first }) => deliveryId({ ...address, first })));
  }

  /** Kills a worker and starts another in its place. */
  async replace(name: string, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await this.process(name).kill(signal);
    await this.#start(name, name.replace(/-\d+$/, "") as ServiceName);
  }

  async #start(name: string, service: ServiceName): Promise<void> {
    this.#processes.set(name, await startService(service, this.env));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.kill("SIGKILL")));
    await this.redis[Symbol.asyncDispose]();
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedisServer, startPrivateRedis, type PrivateRedis } from "@crewstream/cli";
import { Redis } from "ioredis";
import { endWithTests } from "./end-with-tests.ts";

/** A Redis for one test, which the test can stop, kill, freeze and restart with its data. */
export class FaultyRedis implements AsyncDisposable {
  readonly #dir: string;
  readonly #config: Record<string, string>;
  #redis: PrivateRedis;

  private constructor(dir: string, config: Record<string, string>, redis: PrivateRedis) {
    this.#dir = dir;
    this.#config = config;
    this.#redis = redis;
  }

  /** @param config directives over those of the embedded Redis, e.g. `{maxmemory: "64mb"}` */
  static async start(config: Record<string, string> = {}): Promise<FaultyRedis> {
    const dir = await mkdtemp(join(tmpdir(), "crewstream-faulty-redis-"));
    return new FaultyRedis(dir, config, await serve(dir, config));
  }

  /** Stays the same over restarts. */
  get url(): string {
    return this.#redis.url;
  }

  /** Ends it: SIGTERM saves first, SIGKILL does not. Its port refuses connections until `restart`. */
  async kill(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#redis.process.signal(signal);
    await this.#redis.process.exited;
  }

  /** Restarts it on the same port from its append-only file. */
  async restart(): Promise<void> {
    const { port } = this.#redis.address;
    this.#redis = await serve(this.#dir, this.#config);
    if (this.#redis.address.port !== port) throw new Error(`Port ${port} was taken while this Redis was down.`);
  }

  /** Freezes it: connections stay open and nothing responds until `thaw`. */
  freeze(): void {
    this.#redis.process.signal("SIGSTOP");
  }

  thaw(): void {
    this.#redis.process.signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("SIGKILL");
    await rm(this.#dir, { recursive: true, force: true });
  }
}

/**
 * The content of every key under a pattern, as text, whatever its type: for tests that look for what must not be there.
 * @param pattern as in SCAN, e.g. `${env.KEY_PREFIX}*`
 */
export async function dumpKeys(url: string, pattern = "*"): Promise<Map<string, string>> {
  const redis = new Redis(url);
  try {
    const dump = new Map<string, string>();
    for await (const keys of redis.scanStream({ match: pattern, count: 1000 })) {
      for (const key of keys as string[]) dump.set(key, await readKey(redis, key));
    }
    return dump;
  } finally {
    redis.disconnect();
  }
}

async function serve(dir: string, config: Record<string, string>): Promise<PrivateRedis> {
  const binary = await ensureRedisServer({ searchPath: process.env["PATH"] ?? "", say: () => undefined });
  const redis = await startPrivateRedis({ dir, binary, config });
  void endWithTests(redis.process);
  return redis;
}

async function readKey(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  const commands: Record<string, readonly [command: string, ...args: string[]]> = {
    string: ["GET", key],
    hash: ["HGETALL", key],
    list: ["LRANGE", key, "0", "-1"],
    set: ["SMEMBERS", key],
    zset: ["ZRANGE", key, "0", "-1", "WITHSCORES"],
    stream: ["XRANGE", key, "-", "+"],
  };
  const [command, ...args] = commands[type] ?? ["TYPE", key];
  return JSON.stringify(await redis.call(command, ...args));
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedisServer, startPrivateRedis } from "@crewstream/cli";
import { Redis } from "ioredis";

/** Redis's own counters at a point in time. */
export interface RedisCounters {
  /** Calls by command, including those inside scripts. */
  commands: Map<string, number>;
  /** Bytes in and out over its connections. */
  bytes: number;
}

/**
 * A Redis used only by the benchmark: AOF with fsync every second, no eviction, and no rewrite of the file during a
 * measurement.
 */
export class BenchRedis implements AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly version: string;
  readonly #client: Redis;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, pid: number, version: string, stop: () => Promise<void>) {
    this.url = url;
    this.pid = pid;
    this.version = version;
    this.#client = new Redis(url);
    this.#stop = stop;
  }

  static async start(): Promise<BenchRedis> {
    const dir = await mkdtemp(join(tmpdir(), "crewstream-bench-redis-"));
    const binary = await ensureRedisServer({ searchPath: process.env["PATH"] ?? "", say: console.error });
    const config = { "auto-aof-rewrite-percentage": "0" };
    const redis = await startPrivateRedis({ dir, binary, config });
    return new BenchRedis(redis.url, redis.process.pid, `${binary.product} ${binary.version}`, async () => {
      redis.process.signal("SIGKILL");
      await redis.process.exited;
      await rm(dir, { recursive: true, force: true });
    });
  }

  async counters(): Promise<RedisCounters> {
    const [commandStats, stats] = await Promise.all([this.#client.info("commandstats"), this.#client.info("stats")]);
    const commands = new Map<string, number>();
    for (const [, name = "", calls] of commandStats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
      // Our own commands do not count.
      if (name !== "info") commands.set(name, Number(calls));
    }
    const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(stats)?.[1] ?? 0);
    return { commands, bytes: field("total_net_input_bytes") + field("total_net_output_bytes") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.disconnect();
    await this.#stop();
  }
}

/** Calls by command between two readings, most frequent first. */
export function callsBetween(before: RedisCounters, after: RedisCounters): [command: string, calls: number][] {
  return [...after.commands]
    .map(([name, calls]): [string, number] => [name, calls - (before.commands.get(name) ?? 0)])
    .filter(([, calls]) => calls > 0)
    .sort((a, b) => b[1] - a[1]);
}

import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedisServer, launch, type RedisBinary, type RunningProcess } from "@crewstream/cli";
import { Redis } from "ioredis";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import type { RedisAccess } from "./redis-access.ts";

const masterName = "crewstream-test";

/** A master, a replica and a Sentinel that watches them, on loopback: for failovers. */
export class SentinelSet implements AsyncDisposable {
  readonly #dir: string;
  readonly #binary: RedisBinary;
  readonly #processes: RunningProcess[] = [];
  readonly #ports: { master: number; replica: number; sentinel: number };
  readonly #access: RedisAccess | undefined;

  private constructor(dir: string, binary: RedisBinary, ports: SentinelSet["ports"], access?: RedisAccess) {
    this.#dir = dir;
    this.#binary = binary;
    this.#ports = ports;
    this.#access = access;
  }

  get ports(): { master: number; replica: number; sentinel: number } {
    return this.#ports;
  }

  /** The environment variables with which processes find the set. */
  get env(): Record<string, string> {
    const names = { REDIS_SENTINELS: `127.0.0.1:${this.#ports.sentinel}`, REDIS_SENTINEL_MASTER: masterName };
    return { ...names, ...this.#access?.sentinelEnv };
  }

  /** @param access passwords and TLS for all of them; undefined for none */
  static async start(access?: RedisAccess): Promise<SentinelSet> {
    const dir = await mkdtemp(join(tmpdir(), "crewstream-sentinel-"));
    const binary = await ensureRedisServer({ searchPath: process.env["PATH"] ?? "", say: () => undefined });
    const [master, replica, sentinel] = await Promise.all([freePort(), freePort(), freePort()]);
    const set = new SentinelSet(dir, binary, { master, replica, sentinel }, access);
    await set.#server(master, {});
    await set.#server(replica, { replicaof: `127.0.0.1 ${master}` });
    await set.#sentinel();
    await eventually(async () => {
      const [, replicas] = await set.#ask(sentinel, (redis) =>
        Promise.all([redis.ping(), redis.call("SENTINEL", "REPLICAS", masterName)]),
      );
      const synced = await set.#ask(replica, (redis) => redis.info("replication"));
      if ((replicas as unknown[]).length === 0 || !synced.includes("master_link_status:up"))
        throw new Error("not in sync");
    });
    return set;
  }

  /** Kills the master; resolves when the Sentinel has promoted the replica. */
  async failOver(): Promise<void> {
    this.#processes[0]?.signal("SIGKILL");
    await eventually(async () => {
      const role = await this.#ask(this.#ports.replica, (redis) => redis.call("ROLE"));
      if ((role as string[])[0] !== "master") throw new Error("the replica was not promoted");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) process.signal("SIGKILL");
    await Promise.all(this.#processes.map((process) => process.exited));
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #server(port: number, more: Record<string, string>): Promise<void> {
    const dir = join(this.#dir, String(port));
    await mkdir(dir, { recursive: true });
    const directives = {
      port: String(port),
      bind: "127.0.0.1",
      dir,
      appendonly: "yes",
      save: '""',
      "repl-diskless-sync-delay": "0",
      ...this.#access?.server(port),
      ...more,
    };
    const config = join(dir, "redis.conf");
    await writeFile(config, configText(directives));
    await this.#launch([config], port);
  }

  async #sentinel(): Promise<void> {
    const { sentinel, master } = this.#ports;
    const config = join(this.#dir, "sentinel.conf");
    const access = this.#access;
    const lines = [
      configText({ port: String(sentinel), bind: "127.0.0.1", dir: this.#dir, ...access?.sentinel(sentinel) }),
      `sentinel monitor ${masterName} 127.0.0.1 ${master} 1`,
      `sentinel down-after-milliseconds ${masterName} 500`,
      `sentinel failover-timeout ${masterName} 3000`,
      ...(access === undefined ? [] : [`sentinel auth-pass ${masterName} ${access.sentinelSays}`]),
    ];
    await writeFile(config, `${lines.join("\n")}\n`);
    await this.#launch([config, "--sentinel"], sentinel);
  }

  async #launch(args: string[], port: number): Promise<void> {
    const process = await launch({
      command: this.#binary.path,
      argv0: this.#binary.argv0,
      args,
      cwd: this.#dir,
      env: {},
      onLine: () => undefined,
    });
    this.#processes.push(process);
    await eventually(() => this.#ask(port, (redis) => redis.ping()));
  }

  async #ask<T>(port: number, question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis({
      port,
      host: "127.0.0.1",
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      ...this.#access?.client(port === this.#ports.sentinel ? "sentinel" : "server"),
    });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }
}

function configText(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedisServer, launch, type RedisBinary, type RunningProcess } from "@crewstream/cli";
import { Redis } from "ioredis";
import { endWithTests } from "./end-with-tests.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import type { RedisAccess } from "./redis-access.ts";

const slotCount = 16_384;
/** What nodes with access announce: clients reach them only through a NAT map. */
const hiddenName = "node.invalid";

interface Master {
  port: number;
  /** The port of the cluster bus; the default, 10,000 above `port`, may be invalid or taken. */
  busPort: number;
  id: string;
  admin: Redis;
  process: RunningProcess;
}

/** A Redis Cluster of three masters on loopback, each with an equal range of slots, for slots that move and masters that die. */
export class ClusterSet implements AsyncDisposable {
  readonly #dir: string;
  readonly #binary: RedisBinary;
  readonly masters: Master[] = [];
  readonly #access: RedisAccess | undefined;

  private constructor(dir: string, binary: RedisBinary, access: RedisAccess | undefined) {
    this.#dir = dir;
    this.#binary = binary;
    this.#access = access;
  }

  /** The environment variables with which processes find the cluster. */
  get env(): Record<string, string> {
    const nodes = { REDIS_CLUSTER_NODES: this.masters.map(({ port }) => `127.0.0.1:${port}`).join(",") };
    if (this.#access === undefined) return nodes;
    const natMap = this.masters.map(({ port }) => `${hiddenName}:${port}=127.0.0.1:${port}`).join(",");
    return { ...nodes, ...this.#access.env, REDIS_NAT_MAP: natMap };
  }

  /** @param access passwords and TLS for all of them, announced by names that do not resolve; undefined for none */
  static async start(access?: RedisAccess): Promise<ClusterSet> {
    const dir = await mkdtemp(join(tmpdir(), "crewstream-cluster-"));
    const binary = await ensureRedisServer({ searchPath: process.env["PATH"] ?? "", say: () => undefined });
    const set = new ClusterSet(dir, binary, access);
    try {
      await set.#form();
    } catch (error) {
      await set[Symbol.asyncDispose]();
      throw error;
    }
    return set;
  }

  /** The master (by number) that owns a key's slot, and the slot. */
  async ownerOf(key: string): Promise<{ slot: number; owner: number }> {
    const [{ admin }] = this.masters as [Master];
    const slot = await admin.cluster("KEYSLOT", key);
    const ranges = await admin.cluster("SLOTS");
    const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
    return { slot, owner: this.masters.findIndex((master) => master.port === port) };
  }

  /**
   * Moves a slot to another master, as operators do it: SETSLOT, MIGRATE key by key, SETSLOT NODE.
   * @param halfway called when some of the keys are over and some are not
   * @returns the number of keys that were moved
   */
  async moveSlot(key: string, to: number, halfway: () => Promise<void> = async () => undefined): Promise<number> {
    const { slot, owner } = await this.ownerOf(key);
    const [source, target] = [this.masters[owner]!, this.masters[to]!];
    await target.admin.call("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id);
    await source.admin.call("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id);
    let moved = 0;
    let told = false;
    for (;;) {
      const keys = (await source.admin.call("CLUSTER", "GETKEYSINSLOT", slot, 1)) as string[];
      if (keys.length === 0) break;
      await source.admin.call("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", ...keys);
      moved += keys.length;
      if (!told) await halfway();
      told = true;
    }
    for (const { admin } of [target, source, ...this.masters])
      await admin.call("CLUSTER", "SETSLOT", slot, "NODE", target.id);
    return moved;
  }

  /** Ends a master like a crash; its data is unavailable until `restart`, as it has no replica. */
  async kill(number: number): Promise<void> {
    const master = this.masters[number]!;
    master.process.signal("SIGKILL");
    await master.process.exited;
  }

  /** Starts it again from its append-only file and waits until the cluster serves all slots. */
  async restart(number: number): Promise<void> {
    const master = this.masters[number]!;
    master.process = await this.#serve(master);
    await eventually(() => this.#complete());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { admin, process } of this.masters) {
      admin.disconnect();
      process.signal("SIGKILL");
    }
    await Promise.all(this.masters.map(({ process }) => process.exited));
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #form(): Promise<void> {
    for (let number = 0; number < 3; number += 1) {
      const [port, busPort] = await Promise.all([freePort(), freePort()]);
      const process = await this.#serve({ port, busPort });
      const admin = new Redis({ port, host: "127.0.0.1", ...this.#access?.client() });
      admin.on("error", () => undefined);
      this.masters.push({ port, busPort, id: "", admin, process });
    }
    const share = Math.ceil(slotCount / this.masters.length);
    for (const [number, master] of this.masters.entries()) {
      master.id = await eventually(() => master.admin.cluster("MYID"));
      const last = Math.min(slotCount, (number + 1) * share) - 1;
      await master.admin.call("CLUSTER", "ADDSLOTSRANGE", number * share, last);
      await master.admin.call("CLUSTER", "SET-CONFIG-EPOCH", number + 1);
    }
    for (const { port, busPort } of this.masters.slice(1))
      await this.masters[0]!.admin.call("CLUSTER", "MEET", "127.0.0.1", port, busPort);
    await eventually(() => this.#complete());
  }

  async #complete(): Promise<void> {
    for (const { admin } of this.masters) {
      const info = await admin.cluster("INFO");
      if (!info.includes("cluster_state:ok") || !info.includes(`cluster_size:${this.masters.length}`))
        throw new Error(info);
    }
  }

  async #serve({ port, busPort }: Pick<Master, "port" | "busPort">): Promise<RunningProcess> {
    const dir = join(this.#dir, String(port));
    await mkdir(dir, { recursive: true });
    const access = this.#access;
    const hidden = {
      "tls-cluster": "yes",
      "cluster-announce-hostname": hiddenName,
      "cluster-preferred-endpoint-type": "hostname",
    };
    const settings = {
      port,
      bind: "127.0.0.1",
      dir,
      appendonly: "yes",
      save: "",
      "cluster-enabled": "yes",
      "cluster-port": busPort,
      "cluster-node-timeout": 2000,
      ...(access === undefined ? {} : { ...access.server(port), ...hidden }),
    };
    const running = await launch({
      command: this.#binary.path,
      argv0: this.#binary.argv0,
      args: Object.entries(settings).flatMap(([name, value]) =>
        [`--${name}`].concat(name === "user" ? String(value).split(" ") : String(value)),
      ),
      cwd: dir,
      env: {},
      onLine: () => undefined,
    });
    void endWithTests(running);
    return running;
  }
}

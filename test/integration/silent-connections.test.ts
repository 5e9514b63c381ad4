import { newExecutionId } from "@crewstream/contracts";
import { jobDone, Queues } from "@crewstream/queue";
import { listenForAppends, Notifications, openStore, type Store } from "@crewstream/redis";
import { createLogger, loadConfig, redisVariables, variables } from "@crewstream/service";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClusterSet } from "../support/cluster-set.ts";
import { eventually } from "../support/eventually.ts";
import { FaultyRedis } from "../support/redis.ts";
import { RedisAccess } from "../support/redis-access.ts";
import { SentinelSet } from "../support/sentinel-set.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { startRunWorker } from "../support/run-worker.ts";

type Env = Record<string, string>;

/** A Redis that is reached through proxies, which a test can silence. */
interface Reached extends AsyncDisposable {
  env: Env;
  silence: () => void;
}

/** Puts a proxy in front of each of a set's ports; `env` gets the proxy's port for each. */
async function through(ports: number[], set: AsyncDisposable, env: (via: (port: number) => number) => Env) {
  await using stack = new AsyncDisposableStack();
  stack.use(set);
  const proxies = new Map<number, TcpProxy>();
  for (const port of ports) proxies.set(port, stack.use(await TcpProxy.start(port)));
  const opened = stack.move();
  const reached: Reached = {
    env: env((port) => proxies.get(port)?.port ?? 0),
    silence: () => {
      for (const proxy of proxies.values()) proxy.silence();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
  return reached;
}

let access: RedisAccess;
beforeAll(async () => {
  access = await RedisAccess.make();
});
afterAll(() => access[Symbol.asyncDispose]());

const kinds: Record<string, () => Promise<Reached>> = {
  "a single server": async () => {
    const redis = await FaultyRedis.start();
    const url = new URL(redis.url);
    const port = Number(url.port);
    return through([port], redis, (via) => {
      url.port = String(via(port));
      return { REDIS_URL: url.href };
    });
  },
  "a master behind Sentinels, with TLS": async () => {
    const set = await SentinelSet.start(access);
    const { master, sentinel } = set.ports;
    return through([master, sentinel], set, (via) => ({
      ...set.env,
      REDIS_SENTINELS: `127.0.0.1:${via(sentinel)}`,
      REDIS_NAT_MAP: `127.0.0.1:${master}=127.0.0.1:${via(master)},127.0.0.1:${sentinel}=127.0.0.1:${via(sentinel)}`,
    }));
  },
  "a cluster": async () => {
    const set = await ClusterSet.start();
    const ports = set.masters.map(({ port }) => port);
    return through(ports, set, (via) => ({
      REDIS_CLUSTER_NODES: ports.map((port) => `127.0.0.1:${via(port)}`).join(","),
      REDIS_NAT_MAP: ports.map((port) => `127.0.0.1:${port}=127.0.0.1:${via(port)}`).join(","),
    }));
  },
};

/** A process's use of Redis: commands, a worker of a queue, and a follower of an execution. */
function use(env: Env) {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    name: "test",
    level: "info",
    to: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const schema = variables.pick({ ...redisVariables, KEY_PREFIX: true, QUEUE_PARTITIONS: true });
  const stack = new AsyncDisposableStack();
  const store: Store = stack.use(openStore(loadConfig(schema, env), { retry: "forever", log, name: "test" }));
  const queues = stack.use(new Queues(store));
  const taken: string[] = [];
  const notifications = stack.use(new Notifications(store, "append notifications"));
  stack.use(
    startRunWorker(
      store,
      (executionId) => {
        taken.push(executionId);
        return jobDone;
      },
      { log },
    ),
  );
  const replaced = () =>
    new Set(
      lines
        .filter(({ msg }) => msg === "redis.connection_replaced")
        .map(({ role, purpose }) => `${String(role)} ${String(purpose)}`),
    );
  return { store, queues, notifications, taken, replaced, stop: () => stack.disposeAsync() };
}

describe.concurrent("when every connection falls silent, all are replaced, and the log says which: with", () => {
  test.each(Object.keys(kinds))("%s", { timeout: 120_000 }, async (kind) => {
    await using reached = await kinds[kind]!();
    const { store, queues, notifications, taken, replaced, stop } = use({ ...reached.env, KEY_PREFIX: "silent" });
    try {
      const id = newExecutionId();
      let heard = 0;
      using listener = listenForAppends(notifications, store, id, () => (heard += 1));
      await listener.ready;
      const works = async (): Promise<void> => {
        const job = newExecutionId();
        await queues.enqueueRun({ id: job, token: "t" });
        await eventually(() => expect(taken).toContain(job));
        const before = heard;
        await eventually(async () => {
          await store.redis.publish(store.keys.watchChannel(id), "");
          expect(heard).toBeGreaterThan(before);
        });
      };
      await works();
      reached.silence();
      await works();
      await eventually(() =>
        expect([...replaced()].sort()).toEqual(["blocking runs", "commands store", "subscriber append notifications"]),
      );
      expect(store.connections.defect).toBeUndefined();
    } finally {
      await stop();
    }
  });
});

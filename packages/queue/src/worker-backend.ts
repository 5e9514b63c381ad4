import { maxBlockMs, type Store } from "@crewstream/redis";
import { QueueKeys, RedisConnection, RedisQueueBackend, type BackendFactory } from "bullmq";

/** BullMQ's backend of a worker, on connections from the store, with two of its calls made cheaper or safer. */
export function workerBackend(store: Store): BackendFactory<RedisQueueBackend> {
  return (name, options) => {
    const prefix = store.keys.queue(name);
    const keys = new QueueKeys(prefix);
    const toKey = (type: string): string => keys.toKey(name, type);
    const client = store.connections.open({
      role: "blocking",
      purpose: name,
      // The name by which BullMQ counts the workers of a queue.
      name: `${prefix}:${Buffer.from(name).toString("base64")}`,
    });
    const shared = new RedisConnection(store.redis, { shared: true, blocking: false });
    const blocking = new RedisConnection(client, { shared: false, blocking: true });
    const backend = new RedisQueueBackend(shared, name, keys.getKeys(name), toKey, options, blocking);
    checkStalledIfActive(backend, store, toKey("active"));
    waitInSlices(backend);
    return backend;
  };
}

/**
 * The check for jobs of dead workers first asks whether the queue has an active job at all. The full check costs eight
 * commands, and every worker of every queue makes one every few seconds: they were two thirds of an idle deployment's
 * load on Redis. Without an active job it can find none that has stalled.
 */
function checkStalledIfActive(backend: RedisQueueBackend, store: Store, active: string): void {
  const check = backend.moveStalledJobsToWait.bind(backend);
  backend.moveStalledJobsToWait = async () => ((await store.redis.llen(active)) === 0 ? [] : check());
}

/**
 * A wait for a job is made in slices, each a single command: the end of each shows that the connection is alive. A
 * single long wait would hide for all that time that it is dead, and the wait of a dead worker would take a wake from
 * the living.
 */
function waitInSlices(backend: RedisQueueBackend): void {
  const wait = backend.waitForJob.bind(backend);
  const maxSeconds = maxBlockMs / 1000;
  backend.waitForJob = async (seconds) => {
    for (let left = seconds; ; left -= maxSeconds) {
      const job = await wait(Math.min(left, maxSeconds));
      if (job !== null || left <= maxSeconds || backend.closing !== undefined) return job;
    }
  };
}

import type { Store } from "@crewstream/redis";
import { createRedisBackend, QueueKeys, type BackendFactory, type RedisQueueBackend } from "bullmq";

/**
 * BullMQ's backend, whose check for jobs of dead workers asks first whether the queue has a job under way at all. The
 * check costs eight commands, and every worker of every queue makes one each few seconds: they were two thirds of what
 * an idle deployment asked of Redis. Without an active job it can find none that has stalled.
 */
export function frugalBackend(store: Store): BackendFactory<RedisQueueBackend> {
  return (name, options, connections) => {
    const backend = createRedisBackend(name, options, connections);
    const check = backend.moveStalledJobsToWait.bind(backend);
    const active = new QueueKeys(store.keys.queue(name)).toKey(name, "active");
    backend.moveStalledJobsToWait = async () => ((await store.redis.llen(active)) === 0 ? [] : check());
    return backend;
  };
}

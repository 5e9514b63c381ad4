import { jobDone, Queues, runsQueue } from "@crewstream/queue";
import { openStore, type StoreConfig } from "@crewstream/redis";
import { newExecutionId } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { silentLog } from "../support/executions.ts";
import { FaultyRedis } from "../support/redis.ts";
import { startRunWorker } from "../support/run-worker.ts";

test("an idle worker only checks for active jobs, and a dead worker's job is taken over", async () => {
  await using redis = await FaultyRedis.start();
  const config = { REDIS_URL: redis.url, KEY_PREFIX: "stalled", QUEUE_PARTITIONS: 1 } as StoreConfig;
  await using store = openStore(config, { retry: "forever", log: silentLog, name: "test" });
  await using queues = new Queues(store);
  const taken: string[] = [];
  await using _worker = startRunWorker(
    store,
    (executionId) => {
      taken.push(executionId);
      return jobDone;
    },
    { lockMs: 1000 },
  );
  const calls = async (command: string): Promise<number> => {
    const stats = await store.redis.info("commandstats");
    return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, "m").exec(stats)?.[1] ?? 0);
  };
  await eventually(async () => expect(await calls("llen")).toBeGreaterThan(2));
  // The check itself reads the set of jobs that it had marked.
  expect(await calls("smembers")).toBe(0);

  // What a killed worker leaves behind: an active job without a lock.
  const queue = queues.all().find(({ name }) => name === runsQueue);
  await queue?.pause();
  const id = newExecutionId();
  await queues.enqueueRun({ id, token: "t" });
  const [job] = (await queue?.getJobs(["waiting"])) ?? [];
  await store.redis.lrem(queue?.toKey("paused") ?? "", 1, job?.id ?? "");
  await store.redis.lrem(queue?.toKey("wait") ?? "", 1, job?.id ?? "");
  await store.redis.lpush(queue?.toKey("active") ?? "", job?.id ?? "");
  await queue?.resume();
  expect(taken).toEqual([]);
  await eventually(() => expect(taken).toEqual([id]));
});

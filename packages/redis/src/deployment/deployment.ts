import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Logger, Metrics } from "@crewstream/service";
import { isOutage } from "../connection/outage.ts";
import type { Store } from "../store.ts";

const tryEveryMs = 200;

/**
 * A process's membership in its deployment, whose record in Redis holds what all processes must agree on. The record
 * lives as long as the data: if it is gone, or a different one, so is the data.
 */
export class Deployment {
  readonly #store: Store;
  #id: string;

  private constructor(store: Store, id: string) {
    this.#store = store;
    this.#id = id;
  }

  /**
   * Waits until Redis can be used, for as long as that takes, and then checks that it agrees with the other processes.
   * @throws AppError `configuration` if they disagree, or Redis rejects our user or password; the reason of `signal`
   * when that is aborted
   */
  static async join(store: Store, signal: AbortSignal): Promise<Deployment> {
    // Commands of a store that retries forever wait by themselves: one attempt may outlast many checks.
    let attempt: Promise<{ id: string } | { error: unknown }> | undefined;
    for (;;) {
      attempt ??= agree(store).then(
        (id) => ({ id }),
        (error: unknown) => ({ error }),
      );
      const ended = await Promise.race([attempt, delay(tryEveryMs, undefined, { signal })]);
      if (ended !== undefined && "id" in ended) return new Deployment(store, ended.id);
      const { refusedLogin, outage = "Redis refuses the login" } = store.connections;
      if (refusedLogin) throw new AppError(`${outage}.`, { code: ErrorCode.configuration });
      if (ended === undefined) continue;
      if (!isOutage(ended.error)) throw ended.error;
      attempt = undefined;
      await delay(tryEveryMs, undefined, { signal });
    }
  }

  /**
   * Checks whether Redis still is the one that was joined. If it has come back empty, or is a different one, an error
   * is logged and counted, the time is stored in the record for everybody to see, and the process continues with what
   * is there.
   * @returns when the loss was noticed, by whichever process was first; undefined if nothing was lost
   * @throws AppError `configuration` if the data there was created with another number of partitions
   */
  async check({ log, metrics }: { log: Logger; metrics: Pick<Metrics, "redisDataLost"> }): Promise<Date | undefined> {
    const { redis, keys, connections } = this.#store;
    const before = this.#id;
    if ((await redis.hget(keys.deployment, "id")) === before) return undefined;
    this.#id = await agree(this.#store);
    await redis.hsetnx(keys.deployment, "lost_at", Date.now());
    metrics.redisDataLost.inc();
    const reason = `Redis at ${connections.address} has lost this deployment's data: its record is gone or is another one`;
    log.error({ reason, deployment: this.#id, before }, "redis.data_lost");
    return dataLostAt(this.#store);
  }
}

/** When a process noticed that Redis had lost the previous data; undefined if that has not happened. */
export async function dataLostAt({ redis, keys }: Store): Promise<Date | undefined> {
  const at = await redis.hget(keys.deployment, "lost_at");
  return at === null ? undefined : new Date(Number(at));
}

/**
 * Stores what all processes of a deployment must agree on at its first start, and checks it at every later one: a
 * process with another number of partitions would look for jobs where none are added.
 * @returns the id of the deployment's data
 * @throws AppError `configuration` that names both numbers
 */
async function agree(store: Store): Promise<string> {
  const { redis, keys, partitions } = store;
  await redis.hsetnx(keys.deployment, "partitions", partitions);
  await redis.hsetnx(keys.deployment, "id", randomUUID());
  const [agreed, id] = await redis.hmget(keys.deployment, "partitions", "id");
  if (Number(agreed) === partitions) return id ?? "";
  throw new AppError(
    `QUEUE_PARTITIONS is ${partitions} here, but this deployment (KEY_PREFIX ${keys.prefix}) was started with ${Number(agreed)}. ` +
      `Set QUEUE_PARTITIONS=${Number(agreed)}, or start a new deployment under another KEY_PREFIX.`,
    { code: ErrorCode.configuration },
  );
}

/** Stores this process's value of a deployment setting; returns what was stored before, undefined for nothing. */
export async function replaceSetting({ redis, keys }: Store, name: string, value: string): Promise<string | undefined> {
  const answers = await redis.multi().hget(keys.deployment, name).hset(keys.deployment, name, value).exec();
  return (answers?.[0]?.[1] as string | null | undefined) ?? undefined;
}

import { setTimeout as delay } from "node:timers/promises";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { isOutage } from "./connection/outage.ts";
import type { Store } from "./store.ts";

const tryEveryMs = 200;

/**
 * Waits until Redis can be used, for as long as that takes, and then checks what all processes must agree on.
 * @throws AppError `configuration` when they do not agree, or Redis refuses our user or password; what `signal` aborts with
 */
export async function joinDeployment(store: Store, signal: AbortSignal): Promise<void> {
  // Commands of a patient store wait by themselves: one attempt may outlast many looks.
  let attempt: Promise<unknown> | undefined;
  for (;;) {
    attempt ??= agreeOnPartitions(store).then(
      () => "agreed",
      (error: unknown) => error,
    );
    const ended = await Promise.race([attempt, delay(tryEveryMs, undefined, { signal })]);
    if (ended === "agreed") return;
    if (store.connections.refusedLogin) {
      throw new AppError(`${store.connections.outage ?? "Redis refuses the login"}.`, {
        code: ErrorCode.configuration,
      });
    }
    if (ended === undefined) continue;
    if (!isOutage(ended)) throw ended;
    attempt = undefined;
    await delay(tryEveryMs, undefined, { signal });
  }
}

/**
 * Stores what all processes of a deployment must agree on at its first start, and checks it at every later one: a
 * process with another number of partitions would look for jobs where none are put.
 * @throws AppError `configuration` that names both numbers
 */
async function agreeOnPartitions(store: Store): Promise<void> {
  const { redis, keys, partitions } = store;
  await redis.hsetnx(keys.deployment, "partitions", partitions);
  const agreed = Number(await redis.hget(keys.deployment, "partitions"));
  if (agreed === partitions) return;
  throw new AppError(
    `QUEUE_PARTITIONS is ${partitions} here, but this deployment (KEY_PREFIX ${keys.prefix}) was started with ${agreed}. ` +
      `Set QUEUE_PARTITIONS=${agreed}, or start a new deployment under another KEY_PREFIX.`,
    { code: ErrorCode.configuration },
  );
}

/** Stores a setting of the deployment as this process has it; returns what was stored before, undefined for nothing. */
export async function replaceSetting({ redis, keys }: Store, name: string, value: string): Promise<string | undefined> {
  const answers = await redis.multi().hget(keys.deployment, name).hset(keys.deployment, name, value).exec();
  return (answers?.[0]?.[1] as string | null | undefined) ?? undefined;
}

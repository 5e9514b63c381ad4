import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Store } from "./store.ts";

/**
 * Stores what all processes of a deployment must agree on at its first start, and checks it at every later one: a
 * process with another number of partitions would look for jobs where none are put.
 * @throws AppError `configuration` that names both numbers
 */
export async function agreeOnPartitions(store: Store): Promise<void> {
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

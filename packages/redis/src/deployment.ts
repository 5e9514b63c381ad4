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

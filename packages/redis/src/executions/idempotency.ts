import type { ExecutionId } from "@crewstream/contracts";
import { z } from "zod";
import type { Store } from "../store.ts";

const claimSchema = z.object({ executionId: z.string(), body: z.string() });

const keptForSeconds = 24 * 60 * 60;

/**
 * Binds an idempotency key to an execution for 24 hours. `keyHash` and `bodyHash` are digests: a key may be a secret.
 * @returns the execution that the key belongs to now: the given one if the key was free, else the earlier one and
 *   whether its body was the same
 */
export async function claimIdempotencyKey(
  store: Store,
  claim: { keyHash: string; bodyHash: string; executionId: ExecutionId },
): Promise<{ executionId: ExecutionId; fresh: boolean; sameBody: boolean }> {
  const key = store.keys.idempotency(claim.keyHash);
  const value = JSON.stringify({ executionId: claim.executionId, body: claim.bodyHash });
  const [set, existing] = await Promise.all([
    store.redis.set(key, value, "EX", keptForSeconds, "NX"),
    store.redis.get(key),
  ]);
  if (set !== null || existing === null) return { executionId: claim.executionId, fresh: true, sameBody: true };
  const earlier = claimSchema.parse(JSON.parse(existing));
  return { executionId: earlier.executionId as ExecutionId, fresh: false, sameBody: earlier.body === claim.bodyHash };
}

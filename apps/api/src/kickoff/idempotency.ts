import { createHash } from "node:crypto";
import { AppError, ErrorCode, newExecutionId, type ExecutionId } from "@crewstream/contracts";
import { claimIdempotencyKey, type Store } from "@crewstream/redis";

export interface KickoffClaim {
  executionId: ExecutionId;
  /** Whether an earlier request with this key got the id. */
  repeated: boolean;
  /** Whether a key was sent: the client can then repeat a failed kickoff, and find out what became of it. */
  keyed: boolean;
}

/**
 * The id of a kickoff: with an `Idempotency-Key`, that of the first request with the key in 24 hours. Keys are separate
 * per token and automation.
 * @throws AppError `unprocessable` if the key was used with another body before
 */
export async function claimKickoff(
  store: Store,
  request: { key: string | undefined; client: string; automation: string; body: unknown },
): Promise<KickoffClaim> {
  const executionId = newExecutionId();
  const { key } = request;
  if (key === undefined) return { executionId, repeated: false, keyed: false };
  const claim = await claimIdempotencyKey(store, {
    keyHash: digest(request.client, request.automation, key),
    bodyHash: digest(JSON.stringify(request.body)),
    executionId,
  });
  if (!claim.sameBody) {
    throw new AppError(
      "This Idempotency-Key was used with another body in the last 24 hours: send the same body, or a new key.",
      { code: ErrorCode.unprocessable, details: { kickoff_id: claim.executionId } },
    );
  }
  return { executionId: claim.executionId, repeated: !claim.fresh, keyed: true };
}

function digest(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

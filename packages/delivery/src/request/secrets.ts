import { subscriptionSecretsSchema, type ExecutionId, type SubscriptionSecrets } from "@crewstream/contracts";
import type { Cipher } from "@crewstream/service";

/** Binds a ciphertext to its feed: copied to another feed, it cannot be decrypted. */
function contextOf(address: { executionId: ExecutionId; feed: number }): string {
  return `${address.executionId}:${address.feed}`;
}

/** Encrypts a subscription's secrets; undefined if it has none. */
export function sealSubscriptionSecrets(
  cipher: Cipher,
  address: { executionId: ExecutionId; feed: number },
  secrets: SubscriptionSecrets,
): string | undefined {
  if (Object.values(secrets).every((secret) => secret === undefined)) return undefined;
  return cipher.seal(JSON.stringify(secrets), contextOf(address));
}

/** The inverse of {@link sealSubscriptionSecrets}. @throws AppError `configuration` if the key is missing */
export function openSubscriptionSecrets(
  cipher: Cipher,
  address: { executionId: ExecutionId; feed: number },
  sealed: string | undefined,
): SubscriptionSecrets {
  if (sealed === undefined) return {};
  return subscriptionSecretsSchema.parse(JSON.parse(cipher.open(sealed, contextOf(address))));
}

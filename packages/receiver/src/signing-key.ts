import { Buffer } from "node:buffer";
import { AppError, ErrorCode, signingSecretPrefix, signingSecretSchema } from "@crewstream/contracts";

/**
 * The bytes behind each `whsec_…` secret. An invalid secret is a configuration error, so it is named by its position in
 * the list and never shown.
 */
export function signingKeys(secrets: string | readonly string[]): [Uint8Array, ...Uint8Array[]] {
  const [first, ...rest] = (typeof secrets === "string" ? [secrets] : secrets).map(decodeSecret);
  if (first === undefined) {
    throw new AppError("No signing secret was given: pass at least one whsec_… secret.", {
      code: ErrorCode.configuration,
    });
  }
  return [first, ...rest];
}

function decodeSecret(secret: string, index: number): Uint8Array {
  if (signingSecretSchema.safeParse(secret).success) {
    const key = Buffer.from(secret.slice(signingSecretPrefix.length), "base64");
    if (key.length >= 24 && key.length <= 64) return key;
  }
  throw new AppError(
    `Signing secret ${index + 1} is not valid: it must be ${signingSecretPrefix} followed by base64 of 24 to 64 bytes.`,
    { code: ErrorCode.configuration },
  );
}

export { VerificationError, VerificationFailure } from "./errors.ts";
export type { HeadersLike } from "./headers.ts";
export { sign, verify, type SignInput, type VerifiedDelivery, type VerifyInput } from "./signature.ts";

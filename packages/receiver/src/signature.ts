import { Buffer } from "node:buffer";
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";
import { AppError, ErrorCode, webhookHeaders } from "@crewstream/contracts";
import { VerificationError, VerificationFailure } from "./errors.ts";
import { headerValue, type HeadersLike } from "./headers.ts";
import { signingKeys } from "./signing-key.ts";

export interface SignInput {
  /** The `webhook-id`. */
  id: string;
  /** The `webhook-timestamp`: seconds since 1970, of this attempt. */
  timestamp: number;
  /** Exactly the bytes that are sent; text is signed as UTF-8. */
  body: string | Uint8Array;
  /** `whsec_…` secrets; several during a rotation. */
  secrets: string | readonly string[];
}

export interface VerifyInput {
  headers: HeadersLike;
  /** Exactly what was received: parsing and serialising JSON changes the bytes, and no signature would match. */
  body: string | Uint8Array;
  /** `whsec_…` secrets, any of which may have signed; several during a rotation. */
  secrets: string | readonly string[];
  /** How far the timestamp may differ from `now`, either way, in seconds. */
  toleranceSeconds?: number;
  now?: Date;
}

/** The signed metadata of a verified request. */
export interface VerifiedDelivery {
  /** The `webhook-id`: the same on every attempt of one delivery. */
  id: string;
  /** When this attempt was signed, in seconds since 1970. */
  timestamp: number;
}

/** As the reference libraries of Standard Webhooks. */
const defaultToleranceSeconds = 300;

/** Thirteen digits would be milliseconds. */
const timestampPattern = /^\d{1,12}$/;

/**
 * The value of `webhook-signature` (Standard Webhooks 1.0): one `v1,<base64>` per secret, separated by spaces, so that
 * receivers with the old or the new secret both find theirs. Throws an AppError if a secret is malformed
 * (`configuration`), or the id or timestamp cannot be signed (`internal`).
 */
export function sign({ secrets, ...message }: SignInput): string {
  return createSigner(secrets)(message);
}

/** Signs one message; see {@link sign}. */
export type Signer = (message: Omit<SignInput, "secrets">) => string;

/**
 * {@link sign} for repeated use with the same secrets, which are parsed once. Making the key for each message was 5 %
 * of the CPU of a sender in real time.
 */
export function createSigner(secrets: string | readonly string[]): Signer {
  const keys = signingKeys(secrets).map((key) => createSecretKey(key));
  return ({ id, timestamp, body }) => {
    checkSignable(id, timestamp);
    return signatures(`${id}.${timestamp}.`, body, keys).join(" ");
  };
}

function checkSignable(id: string, timestamp: number): void {
  if (id === "" || id.includes(".")) {
    throw new AppError(`The id ${JSON.stringify(id)} cannot be signed: it must be text without a full stop.`, {
      code: ErrorCode.internal,
    });
  }
  if (!timestampPattern.test(String(timestamp))) {
    throw new AppError(`The timestamp ${timestamp} cannot be signed: it must be whole seconds since 1970.`, {
      code: ErrorCode.internal,
    });
  }
}

/**
 * Checks that a request was signed with one of `secrets` over exactly this body, and not too long ago.
 * Throws {@link VerificationError} when it was not, an AppError `configuration` when a secret is malformed.
 */
export function verify(input: VerifyInput): VerifiedDelivery {
  const id = required(input.headers, webhookHeaders.id);
  const timestamp = required(input.headers, webhookHeaders.timestamp);
  const offered = required(input.headers, webhookHeaders.signature);
  checkAge(timestamp, input.now ?? new Date(), input.toleranceSeconds ?? defaultToleranceSeconds);

  const expected = signatures(`${id}.${timestamp}.`, input.body, signingKeys(input.secrets));
  // Every pair is compared, whichever matches first: the duration does not reveal which secret it was.
  let matches = 0;
  for (const candidate of offered.split(" ")) {
    for (const signature of expected) matches += sameText(candidate, signature) ? 1 : 0;
  }
  if (matches === 0) {
    throw new VerificationError(
      VerificationFailure.noMatchingSignature,
      `No v1 signature in ${webhookHeaders.signature} matches: check the secret, and that the body is the raw one.`,
    );
  }
  return { id, timestamp: Number(timestamp) };
}

function signatures(head: string, body: string | Uint8Array, keys: readonly (KeyObject | Uint8Array)[]): string[] {
  return keys.map((key) => {
    const digest = createHmac("sha256", key).update(head).update(body).digest("base64");
    return `v1,${digest}`;
  });
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function required(headers: HeadersLike, name: string): string {
  const value = headerValue(headers, name);
  if (value === undefined) {
    throw new VerificationError(VerificationFailure.missingHeader, `The request has no ${name} header.`);
  }
  return value;
}

function checkAge(timestamp: string, now: Date, toleranceSeconds: number): void {
  if (!timestampPattern.test(timestamp)) {
    throw new VerificationError(
      VerificationFailure.malformedHeader,
      `${webhookHeaders.timestamp} is not whole seconds since 1970.`,
    );
  }
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp);
  if (age > toleranceSeconds) {
    throw new VerificationError(
      VerificationFailure.tooOld,
      `The request was signed ${age} seconds ago; ${toleranceSeconds} are allowed.`,
    );
  }
  if (-age > toleranceSeconds) {
    throw new VerificationError(
      VerificationFailure.tooNew,
      `The request was signed ${-age} seconds in the future; ${toleranceSeconds} are allowed: check the clocks.`,
    );
  }
}

import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The token in a human-input request's callback URL: authorises an answer without an API token. Derived from the
 * request's id and a key that only the execution's record holds, so it is the same on every attempt, and invalid for
 * other requests.
 */
export function responseToken(key: string, requestId: string): string {
  return createHmac("sha256", key).update(`response ${requestId}`).digest("hex");
}

/** Whether a token is valid for this request; in constant time. */
export function isResponseToken(token: string, key: string, requestId: string): boolean {
  const expected = Buffer.from(responseToken(key, requestId));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * AMP's signature of a human-input request, as observed on its live servers: HMAC-SHA256 of `TIMESTAMP.BODY` in hex,
 * keyed with the whole text of the `whsec_…` secret, under the names that its servers and its documentation use.
 */
export function humanRequestHeaders(body: string, timestamp: number, secret: string): Record<string, string> {
  const signature = `sha256=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;
  const time = String(timestamp);
  return {
    "x-crewai-signature": signature,
    "x-crewai-timestamp": time,
    "x-signature": signature,
    "x-timestamp": time,
  };
}

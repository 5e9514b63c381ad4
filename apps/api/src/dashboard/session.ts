import type { Cipher } from "@crewstream/service";
import { z } from "zod";

/** A working day: after it a person signs in again. */
export const sessionMs = 12 * 60 * 60 * 1000;

const context = "dashboard session";
const sealedSchema = z.object({ token: z.string().min(1), until: z.number() });

/**
 * A session is the token it was begun with, encrypted under `ENCRYPTION_KEY`, and its end. So any API process knows
 * it, it ends at once when its token leaves `API_TOKENS`, and the browser holds nothing that the API's other clients
 * could use.
 */
export function sealSession(cipher: Cipher, token: string, now: number): string {
  return cipher.seal(JSON.stringify({ token, until: now + sessionMs }), context);
}

/** The token of a session; undefined when it is over, was altered, or is none of ours. */
export function openSession(cipher: Cipher, sealed: string, now: number): string | undefined {
  try {
    const session = sealedSchema.parse(JSON.parse(cipher.open(sealed, context)));
    return session.until > now ? session.token : undefined;
  } catch {
    return undefined;
  }
}

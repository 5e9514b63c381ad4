import { randomUUID } from "node:crypto";
import { isSessionRevoked, type Store } from "@crewstream/redis";
import type { Cipher } from "@crewstream/service";
import { z } from "zod";

/** A working day: after it a person signs in again. */
export const sessionMs = 12 * 60 * 60 * 1000;

const context = "dashboard session";
const sessionSchema = z.object({ id: z.string().min(1), token: z.string().min(1), until: z.number() });

/** What a session's cookie holds, encrypted; `until` in ms. */
export type Session = z.output<typeof sessionSchema>;

/**
 * A session is the token it was begun with, encrypted under `ENCRYPTION_KEY`, and its end. So any API process knows
 * it, it ends at once when its token leaves `API_TOKENS`, and the browser holds nothing that the API's other clients
 * could use.
 */
export function sealSession(cipher: Cipher, token: string, now: number): string {
  const session: Session = { id: randomUUID(), token, until: now + sessionMs };
  return cipher.seal(JSON.stringify(session), context);
}

/**
 * The session of a cookie; undefined when it is over, was signed out of, was altered, or is none of ours.
 * @throws what Redis throws while it is away: nobody can say then whether it was signed out of
 */
export async function openSession(
  { cipher, store }: { cipher: Cipher; store: Store },
  sealed: string,
  now: number,
): Promise<Session | undefined> {
  const session = unseal(cipher, sealed);
  if (session === undefined || session.until <= now) return undefined;
  return (await isSessionRevoked(store, session.id)) ? undefined : session;
}

function unseal(cipher: Cipher, sealed: string): Session | undefined {
  try {
    return sessionSchema.parse(JSON.parse(cipher.open(sealed, context)));
  } catch {
    return undefined;
  }
}

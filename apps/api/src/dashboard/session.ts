import { randomUUID } from "node:crypto";
import { isSessionRevoked, type Store } from "@crewstream/redis";
import type { Cipher } from "@crewstream/service";
import { z } from "zod";

/** A working day: after it a person signs in again. */
export const sessionMs = 12 * 60 * 60 * 1000;

const context = "dashboard session";
const sessionSchema = z.object({ id: z.string().min(1), token: z.string().min(1), until: z.number() });

/** The content of a session's cookie, encrypted; `until` in ms. */
export type Session = z.output<typeof sessionSchema>;

/**
 * A session is the token that it was started with, encrypted under `ENCRYPTION_KEY`, and its end. So any API process
 * can read it, it ends as soon as its token is removed from `API_TOKENS`, and the browser holds nothing that other
 * clients of the API could use.
 */
export function sealSession(cipher: Cipher, token: string, now: number): string {
  const session: Session = { id: randomUUID(), token, until: now + sessionMs };
  return cipher.seal(JSON.stringify(session), context);
}

/**
 * The session of a cookie; undefined if it is over, was signed out of, was altered, or is not ours.
 * @throws the error of Redis during an outage: it is then unknown whether it was signed out of
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

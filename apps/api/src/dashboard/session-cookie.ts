import type { CookieOptions, Request, Response } from "express";
import { sessionMs } from "./session.ts";

/** `__Host-` binds a cookie to this host and to HTTPS, so it is not possible over plain HTTP. */
const names = { https: "__Host-crewstream", http: "crewstream_session" } as const;

/**
 * The cookie is sent to the whole origin, as the API's routes are next to `/dashboard`, and is hidden from scripts.
 * Other sites cannot make the browser send it (`SameSite=Strict`).
 */
function options(secure: boolean): CookieOptions {
  return { httpOnly: true, sameSite: "strict", secure, path: "/" };
}

export function writeSessionCookie(response: Response, sealed: string, secure: boolean): void {
  response.cookie(secure ? names.https : names.http, sealed, { ...options(secure), maxAge: sessionMs });
}

export function clearSessionCookie(response: Response, secure: boolean): void {
  response.clearCookie(secure ? names.https : names.http, options(secure));
}

/** The content of the request's session cookie, if it has one. */
export function readSessionCookie(request: Request, secure: boolean): string | undefined {
  const wanted = `${secure ? names.https : names.http}=`;
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(wanted));
  return found === undefined ? undefined : decoded(found.slice(wanted.length));
}

/** Another program on this host may have set the cookie to anything: a text that we did not write is not a session. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Whether clients use HTTPS: according to `PUBLIC_URL`, since a proxy in front of us terminates TLS. */
export function isSecure(publicUrl: string | undefined): boolean {
  return publicUrl?.startsWith("https:") === true;
}

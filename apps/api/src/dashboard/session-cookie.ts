import type { CookieOptions, Request, Response } from "express";
import { sessionMs } from "./session.ts";

/** `__Host-` binds a cookie to this host and to HTTPS, so it cannot be had over plain HTTP. */
const names = { https: "__Host-crewstream", http: "crewstream_session" } as const;

/**
 * The cookie goes to the whole origin, as the API's routes lie beside `/dashboard`, and to no script. Other sites can
 * make the browser send nothing with it (`SameSite=Strict`).
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

/** What the request's session cookie holds, if it has one. */
export function readSessionCookie(request: Request, secure: boolean): string | undefined {
  const wanted = `${secure ? names.https : names.http}=`;
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim());
  const found = pairs.find((pair) => pair.startsWith(wanted));
  return found === undefined ? undefined : decoded(found.slice(wanted.length));
}

/** Anything may stand in a cookie that another program of this host has set: what is no text of ours is no session. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Whether clients come over HTTPS: as `PUBLIC_URL` says, since a proxy in front of us ends TLS. */
export function isSecure(publicUrl: string | undefined): boolean {
  return publicUrl?.startsWith("https:") === true;
}

import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Request } from "express";

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Rejects a request that another site made a browser send with our cookie. Pages cannot set `Sec-Fetch-Site` (Fetch
 * Metadata); if a browser omits it, as it does on plain HTTP, `Origin` must be ours.
 * @param publicUrl `PUBLIC_URL`, for a proxy that does not forward the host
 * @throws AppError `forbidden`
 */
export function assertSameOrigin(request: Request, publicUrl: string | undefined): void {
  if (safeMethods.has(request.method)) return;
  const site = request.get("sec-fetch-site");
  if (site === undefined ? comesFromUs(request, publicUrl) : site === "same-origin") return;
  throw new AppError(
    "Only pages of this server may do this from a browser. Elsewhere, send a bearer token instead of a session.",
    {
      code: ErrorCode.forbidden,
    },
  );
}

function comesFromUs(request: Request, publicUrl: string | undefined): boolean {
  const origin = request.get("origin");
  if (origin === undefined || !URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return host === request.get("host") || (publicUrl !== undefined && host === new URL(publicUrl).host);
}

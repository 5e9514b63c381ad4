import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

/** Headers that belong to one connection, or that we set ourselves. */
const ownHeaders: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
  "authorization",
  "x-api-key",
  "x-goog-api-key",
]);

/** A request as sent by the child. */
export interface ModelRequest {
  method: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Forwards a child's request to a provider; resolves with its response once the headers have arrived. */
export function askUpstream(
  url: string,
  { method, headers, body }: ModelRequest,
  { authentication, signal }: { authentication: Record<string, string>; signal: AbortSignal },
): Promise<IncomingMessage> {
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.has(name));
  // A model may take longer than any timeout: the run's own limit ends it.
  const asked = send(url, {
    method,
    signal,
    headers: { ...Object.fromEntries(kept), ...authentication, "content-length": String(body.length) },
  });
  return new Promise((resolve, reject) => {
    asked.once("response", resolve);
    asked.once("error", reject);
    asked.end(body);
  });
}

import { AppError } from "@crewstream/contracts";
import { addressPolicy, checkUrl, guardedLookup, type AddressPolicy } from "@crewstream/service";
import { Agent, fetch as undiciFetch, type RequestInit as UndiciInit } from "undici";

const maxRedirects = 10;

/**
 * A `fetch` for automations' tools and MCP clients: it connects to public addresses, and to those of `allowNetworks`.
 * Literals are checked beforehand, names where the socket resolves them, and a redirect is a further request with the
 * same checks.
 */
export function guardedFetch(allowNetworks: string[]): typeof fetch {
  const policy: AddressPolicy = { ...addressPolicy({ WEBHOOK_ALLOW_NETWORKS: allowNetworks }), subject: "address" };
  const connect = { lookup: guardedLookup(policy) };
  const dispatcher = new Agent({ connect });
  // An event stream is silent while nothing happens; undici ends a body that is silent for 5 minutes.
  const patient = new Agent({ connect, bodyTimeout: 0 });
  return async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : await request.arrayBuffer();
    const first = { url: request.url, method: request.method, headers: new Headers(request.headers), body };
    const isStream = request.headers.get("accept")?.includes("text/event-stream") === true;
    const options = { dispatcher: isStream ? patient : dispatcher, signal: request.signal };
    return follow(first, { policy, redirect: request.redirect, init: options });
  };
}

interface Hop {
  url: string;
  method: string;
  headers: Headers;
  body: ArrayBuffer | undefined;
}

async function follow(
  first: Hop,
  { policy, redirect, init }: { policy: AddressPolicy; redirect: Request["redirect"]; init: UndiciInit },
): Promise<Response> {
  let hop = first;
  for (let hops = 0; ; hops += 1) {
    checkUrl(hop.url, policy);
    const { url, method, body } = hop;
    const headers = [...hop.headers];
    const answer = await undiciFetch(url, {
      ...init,
      method,
      headers,
      redirect: "manual",
      ...(body === undefined ? {} : { body }),
    }).catch(reason);
    // The same standard's Response in another package's type.
    const response = answer as unknown as Response;
    const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null;
    if (location === null || redirect === "manual") return response;
    if (redirect === "error" || hops === maxRedirects)
      throw new TypeError(`${url} redirects, which is not followed here`);
    await response.body?.cancel();
    hop = nextHop(hop, response.status, new URL(location, url));
  }
}

/** The error about a name that the guard rejected; undici hides it behind "fetch failed". */
function reason(error: Error): never {
  throw AppError.is(error.cause) ? error.cause : error;
}

/**
 * Headers that may be sent to another origin: none of them is secret. Any other may be (`x-api-key`,
 * `x-subscription-token`, …): a header's purpose cannot be derived from its name.
 */
const harmlessHeaders: ReadonlySet<string> = new Set(["accept", "accept-encoding", "accept-language", "user-agent"]);

/**
 * Where a redirect leads (Fetch standard, HTTP-redirect fetch): 303, and 301 and 302 after a POST, turn into a GET.
 * Stricter than the standard, which only removes `authorization`: a request with more than harmless headers, or still
 * with a body, is not redirected to another origin. Throws then: without its credentials the request would fail with a
 * less clear error.
 */
function nextHop(hop: Hop, status: number, to: URL): Hop {
  const headers = new Headers(hop.headers);
  const becomesGet = status === 303 || ((status === 301 || status === 302) && hop.method === "POST");
  if (becomesGet) for (const name of ["content-type", "content-length"]) headers.delete(name);
  const next = becomesGet ? { method: "GET", body: undefined } : { method: hop.method, body: hop.body };
  const isElsewhere = to.origin !== new URL(hop.url).origin;
  if (isElsewhere && (next.body !== undefined || [...headers.keys()].some((name) => !harmlessHeaders.has(name)))) {
    throw new TypeError(
      `${new URL(hop.url).origin} redirects to ${to.origin}, where headers and bodies of a request may not follow. ` +
        "Use the address that it redirects to.",
    );
  }
  return { ...next, url: to.href, headers };
}

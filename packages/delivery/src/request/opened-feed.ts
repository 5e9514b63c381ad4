import { endpointId, type Subscription, type SubscriptionSecrets, type TraceContext } from "@crewstream/contracts";
import type { FeedAddress, FeedState } from "@crewstream/redis";
import type { RequestContext } from "../context.ts";
import { createRenderer, type Renderer } from "./render.ts";
import { requestHeaders, type RequestHeaders } from "./request-headers.ts";
import { openSubscriptionSecrets } from "./secrets.ts";

/** A feed with everything that its attempts need; opened once per job. */
export interface OpenedFeed {
  address: FeedAddress;
  subscription: Subscription;
  secrets: SubscriptionSecrets;
  renderer: Renderer;
  headers: RequestHeaders;
  /** Endpoint id. */
  endpoint: string;
  /** Scheme, host and port, for logs: the URL's path and query may contain a receiver's key. */
  origin: string;
  /** The trace of the kickoff. */
  trace: TraceContext | undefined;
}

/**
 * Prepares a feed for attempts: decrypts its secrets, prepares its renderer and headers.
 * @throws AppError `configuration` if the key that they were encrypted with is missing
 */
export function openFeed(
  context: RequestContext,
  address: FeedAddress,
  { subscription, trace }: Pick<FeedState, "subscription" | "trace">,
): OpenedFeed {
  const secrets = openSubscriptionSecrets(context.cipher, address, subscription.sealedSecrets);
  const url = new URL(subscription.url);
  return {
    address,
    subscription,
    secrets,
    renderer: createRenderer(subscription, secrets),
    headers: requestHeaders(context.sender, address, subscription, secrets),
    endpoint: endpointId(url),
    origin: url.origin,
    trace,
  };
}

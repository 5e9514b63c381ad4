export type { DeliveryContext, DeliveryLimits, DeliveryQueues } from "./context.ts";
export { createClient } from "./client.ts";
export { EndpointGate, type GateEvent } from "./endpoint-gate.ts";
export { drainFeed, type DrainResult } from "./feed.ts";
export { addressPolicy, type AddressPolicy } from "./guard/policy.ts";
export { assertAllowedUrl, checkUrl } from "./guard/url.ts";
export { openSubscriptionSecrets, sealSubscriptionSecrets } from "./secrets.ts";
export { retryDelivery } from "./retry.ts";

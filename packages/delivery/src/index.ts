export { addressPolicy, type AddressPolicy } from "./guard/policy.ts";
export { assertAllowedUrl, checkUrl } from "./guard/url.ts";
export { openSubscriptionSecrets, sealSubscriptionSecrets } from "./secrets.ts";

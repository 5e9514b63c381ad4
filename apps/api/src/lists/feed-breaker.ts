import { endpointId, type Subscription } from "@crewstream/contracts";
import { readBreaker, type BreakerView, type Store } from "@crewstream/redis";

/** The breaker of the endpoint of a feed's deliveries. */
export function breakerOf(store: Store, { subscription }: { subscription: Subscription }): Promise<BreakerView> {
  return readBreaker(store, endpointId(new URL(subscription.url)));
}

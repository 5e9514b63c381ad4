import { endpointId, type Subscription } from "@crewstream/contracts";
import { readBreaker, type BreakerView, type Store } from "@crewstream/redis";

/** The breaker of the endpoint that a feed's deliveries go to. */
export function breakerOf(store: Store, { subscription }: { subscription: Subscription }): Promise<BreakerView> {
  return readBreaker(store, endpointId(new URL(subscription.url)));
}

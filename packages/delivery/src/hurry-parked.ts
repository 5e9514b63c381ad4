import { endpointOrigin, parseDeliveryId } from "@crewstream/contracts";
import { hurryDelivery, listDeliveries, relist } from "@crewstream/redis";
import type { DeliveryContext } from "./context.ts";

/** So many deliveries are looked at when an endpoint is back; those behind them keep their time. */
const mostDeliveries = 2000;
const pageLength = 200;
/** They leave one after the other, this far apart, so that they do not come as a blow. */
const apartMs = 20;

/**
 * Brings forward what waits for an endpoint that is back. A delivery that failed during an outage waits as its schedule
 * says, by then perhaps for hours, and nothing but the outage was wrong with it.
 */
export async function hurryParked(
  { store, queues, log }: Pick<DeliveryContext, "store" | "queues" | "log">,
  endpoint: string,
): Promise<void> {
  const url = endpointOrigin(endpoint);
  if (url === undefined) return;
  const startedAt = Date.now();
  let hurried = 0;
  let before: { id: string; at: number } | undefined;
  for (let seen = 0; seen < mostDeliveries; seen += pageLength) {
    const page = await listDeliveries(store, { endpoint }, "retrying", { before, limit: pageLength });
    // The latest first: what is due by itself until its turn need not be touched.
    for (const { id, at } of page.filter((listed) => listed.at > startedAt)) {
      const address = parseDeliveryId(id);
      const dueAt = Date.now() + hurried * apartMs;
      if (address === undefined || at <= dueAt) continue;
      const found = await hurryDelivery(store, address, dueAt);
      if (found === "kept") continue;
      hurried += 1;
      await relist(store, address, url, "retrying", dueAt);
      const delayMs = dueAt - Date.now();
      if (found === "parked") await queues.scheduleRetry(address, { delayMs, replace: true });
      else await queues.wakeFeed(address, { delayMs: Math.max(0, delayMs), flush: true });
    }
    before = page.at(-1);
    if (page.length < pageLength) break;
  }
  if (hurried > 0) log.info({ endpoint, deliveries: hurried }, "endpoint.deliveries_hurried");
}

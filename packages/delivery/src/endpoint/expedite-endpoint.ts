import { endpointOrigin, parseDeliveryId } from "@crewstream/contracts";
import {
  addExpediteRequest,
  expediteDelivery,
  listDeliveries,
  readExpediteRequests,
  relist,
  removeExpediteRequests,
  takeWaitingJobs,
  type ExpediteRequest,
} from "@crewstream/redis";
import type { EndpointContext } from "../context.ts";

/** Limit of waiting jobs that are woken, and of deliveries that are expedited; the others return when they are due. */
const maxExpedited = 2000;
const pageLength = 200;
/** They start at this interval, ms, so that a recovering endpoint is not flooded. */
const apartMs = 20;

/**
 * Called when an endpoint takes requests again: its breaker closed, or a person resumed it. Wakes the feeds and retries that
 * wait for it, and brings forward deliveries that failed because of it. A caller that has confirmed this to a client
 * stores the request first, with {@link addExpediteRequest}, and passes it here.
 */
export async function expediteEndpoint(
  context: EndpointContext,
  endpoint: string,
  stored?: ExpediteRequest,
): Promise<void> {
  const request = stored ?? (await addExpediteRequest(context.store, endpoint));
  await expedite(context, endpoint);
  await removeExpediteRequests(context.store, [request]);
}

/**
 * Carries out the requests that are still stored: their process died, or Redis was unavailable. If another process is
 * working on one of them, it is done twice, which changes nothing.
 */
export async function expediteRequested(context: EndpointContext): Promise<void> {
  const requests = await readExpediteRequests(context.store);
  for (const [endpoint, own] of Map.groupBy(requests, (request) => request.endpoint)) {
    await expedite(context, endpoint);
    await removeExpediteRequests(context.store, own);
  }
}

async function expedite(context: EndpointContext, endpoint: string): Promise<void> {
  const woken = await wakeWaitingJobs(context, endpoint);
  const expedited = await expediteRetries(context, endpoint);
  if (woken + expedited > 0) context.log.info({ endpoint, woken, expedited }, "endpoint.retries_expedited");
}

/** Wakes jobs that returned to their queue because of the endpoint; see `wait-for-endpoint.ts`. */
async function wakeWaitingJobs({ store, queues }: EndpointContext, endpoint: string): Promise<number> {
  let woken = 0;
  while (woken < maxExpedited) {
    const jobs = await takeWaitingJobs(store, endpoint, pageLength);
    for (const { first, ...address } of jobs) {
      const delayMs = woken * apartMs;
      woken += 1;
      if (first === undefined) await queues.wakeFeed(address, { delayMs, flush: true });
      else await queues.scheduleRetry({ ...address, first }, { delayMs, replace: true });
    }
    if (jobs.length < pageLength) break;
  }
  return woken;
}

/**
 * Brings forward the retries of an endpoint that has recovered. A delivery that failed during an outage waits as its schedule
 * says, which may be hours by then, although nothing but the outage was wrong with it.
 */
async function expediteRetries({ store, queues }: EndpointContext, endpoint: string): Promise<number> {
  const url = endpointOrigin(endpoint);
  if (url === undefined) return 0;
  const startedAt = Date.now();
  let expedited = 0;
  let before: { id: string; at: number } | undefined;
  for (let seen = 0; seen < maxExpedited; seen += pageLength) {
    const page = await listDeliveries(store, { endpoint }, "retrying", { before, limit: pageLength });
    // Latest first: a delivery that is due before its turn anyway is not touched.
    for (const { id, at } of page.filter((listed) => listed.at > startedAt)) {
      const address = parseDeliveryId(id);
      const dueAt = Date.now() + expedited * apartMs;
      if (address === undefined || at <= dueAt) continue;
      const found = await expediteDelivery(store, address, dueAt);
      if (found === "kept") continue;
      expedited += 1;
      const delayMs = Math.max(0, dueAt - Date.now());
      if (found === "parked") await queues.scheduleRetry(address, { delayMs, replace: true });
      else await queues.wakeFeed(address, { delayMs, flush: true });
      // Last, because a repeated request finds in the list what an interrupted one has not done.
      await relist(store, address, url, "retrying", dueAt);
    }
    before = page.at(-1);
    if (page.length < pageLength) break;
  }
  return expedited;
}

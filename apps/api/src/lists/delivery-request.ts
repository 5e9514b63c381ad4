import type { DeliveryAddress, DeliveryRequest, FeedTotals } from "@crewstream/contracts";
import { showRequest } from "@crewstream/delivery";
import { readAttempts, readFeedHead, type Store } from "@crewstream/redis";
import type { ApiContext } from "../api-context.ts";
import { shownUrl } from "../views/endpoint-url.ts";
import { version } from "@crewstream/service";
import { searchedAttempts } from "./delivery-detail.ts";
import { standingRecord } from "./standing-record.ts";

/** The default maximum size of a batch. */
const maxShownBytes = 256 * 1024;

/** What is known of a delivery's range and of its last attempt; times in ms. */
interface Standing {
  first: number;
  last: number | undefined;
  events: number;
  attempts: number;
  at: number;
  complete?: FeedTotals | undefined;
}

/** The request of a delivery as its receiver got it; undefined if nothing of the delivery is left. */
export async function deliveryRequest(
  { store, cipher, config }: Pick<ApiContext, "store" | "cipher" | "config">,
  address: DeliveryAddress,
  id: string,
): Promise<DeliveryRequest | undefined> {
  const [feed, delivery] = await Promise.all([
    readFeedHead(store, address.executionId, address.feed),
    standing(store, address, id),
  ]);
  if (feed === undefined || delivery === undefined) return undefined;
  const attempt = { number: Math.max(1, delivery.attempts), at: delivery.at };
  const context = {
    store,
    cipher,
    signingSecrets: config.WEBHOOK_SIGNING_SECRET.map((secret) => secret.reveal()),
    userAgent: `crewstream/${version}`,
  };
  const shown = await showRequest(context, address, feed.subscription, delivery, { attempt, maxBytes: maxShownBytes });
  const { headers, body, bytes } = shown;
  const url = shownUrl(feed.subscription.url);
  return { method: "POST", url, attempt: attempt.number, headers, body, body_bytes: bytes };
}

async function standing(store: Store, address: DeliveryAddress, id: string): Promise<Standing | undefined> {
  const found = await standingRecord(store, address);
  if (found !== undefined) return { ...found.record, at: found.record.lastAt ?? Date.now() };
  const log = await readAttempts(store, address.executionId, { limit: searchedAttempts });
  const acknowledged = log.find(({ attempt }) => attempt.id === id && attempt.settled === "delivered");
  if (acknowledged === undefined) return undefined;
  const { events, attempt, at, complete } = acknowledged.attempt;
  return { first: address.first, last: undefined, events, attempts: attempt, at, complete };
}

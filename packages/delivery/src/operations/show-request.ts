import {
  credentialOf,
  webhookHeaders,
  type Authentication,
  type DeliveryAddress,
  type Subscription,
} from "@crewstream/contracts";
import { readEvents, type DeliveryRecord, type Store } from "@crewstream/redis";
import type { Cipher } from "@crewstream/service";
import { readDelivery } from "../feed/feed-reader.ts";
import { openFeed, type OpenedFeed } from "../request/opened-feed.ts";
import type { RenderedEvent } from "../request/rendered-event.ts";
import { createSender } from "../request/request-headers.ts";

const hidden = "[hidden]";
const pageLength = 100;

/** A request as its receiver got it, without secrets. */
export interface ShownRequest {
  headers: Record<string, string>;
  body: string;
  /** Length of the whole body in bytes; `body` may be only its beginning. */
  bytes: number;
}

/**
 * The request of a delivery's attempt, made again from the stream as for every attempt. Authentication, signatures and the
 * token of a human-input request are hidden: a person who may read deliveries must not be able to sign or answer with them.
 * @param attempt its number, from 1, and when it began, in ms
 * @param maxBytes bytes of the body that are shown
 * @throws AppError `configuration` if the key that the subscription's secrets were encrypted with is missing
 */
export async function showRequest(
  context: { store: Store; cipher: Cipher; signingSecrets: readonly string[]; userAgent: string },
  address: DeliveryAddress,
  subscription: Subscription,
  delivery: Pick<DeliveryRecord, "first" | "events" | "complete"> & { last: number | undefined },
  { attempt, maxBytes }: { attempt: { number: number; at: number }; maxBytes: number },
): Promise<ShownRequest> {
  const opening = { cipher: context.cipher, sender: createSender(context) };
  const feed = openFeed(opening, address, { subscription, trace: undefined });
  const events = await eventsOf(context.store, feed, delivery);
  const whole = feed.renderer.body(events);
  const last = delivery.last ?? events.at(-1)?.seq ?? delivery.first;
  const { first, complete } = delivery;
  const record = { first, last, events: events.length, sealedAt: 0, attempts: attempt.number - 1, complete };
  const headers = feed.headers(record, whole, attempt.at);
  const bytes = Buffer.byteLength(whole);
  return {
    headers: {
      host: new URL(subscription.url).host,
      ...Object.fromEntries(Object.entries(headers).map((each) => hide(each, feed.secrets.authentication))),
      "content-length": String(bytes),
    },
    body: beginning(withoutResponseToken(whole, subscription), maxBytes),
    bytes,
  };
}

/** An acknowledged delivery's last event is not recorded: it is found by counting. */
async function eventsOf(
  store: Store,
  { address, renderer }: OpenedFeed,
  { first, last, events: count }: { first: number; last: number | undefined; events: number },
): Promise<RenderedEvent[]> {
  if (last !== undefined) return readDelivery(store, address, { first, last }, renderer);
  const found: RenderedEvent[] = [];
  for (let from = first; found.length < count;) {
    const page = await readEvents(store, address.executionId, { from, limit: pageLength });
    found.push(...page.flatMap((event) => renderer.render(event) ?? []));
    const end = page.at(-1);
    if (end === undefined || page.length < pageLength) break;
    from = end.seq + 1;
  }
  return found.slice(0, count);
}

function hide([name, value]: [string, string], authentication: Authentication | undefined): [string, string] {
  const credential = authentication === undefined ? undefined : credentialOf(authentication);
  if (name === credential?.header) return [name, credential.displayed];
  if (name === webhookHeaders.signature) return [name, value.replaceAll(/,\S+/g, `,${hidden}`)];
  if (name.endsWith("-signature")) return [name, value.replace(/=.*/, `=${hidden}`)];
  return [name, value];
}

/** A human-input request contains the token with which it can be answered. */
function withoutResponseToken(body: string, { form }: Subscription): string {
  if (form !== "human_flow") return body;
  const token = /"response_token":"([0-9a-f]+)"/.exec(body)?.[1];
  return token === undefined ? body : body.replaceAll(token, hidden);
}

/** At most the first `maxBytes` bytes of a text, in whole characters. */
function beginning(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  return new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
}

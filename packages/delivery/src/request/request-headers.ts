import {
  credentialOf,
  deliveryId,
  formatFeedTotals,
  webhookHeaders,
  type Authentication,
  type Subscription,
  type SubscriptionSecrets,
} from "@crewstream/contracts";
import { createSigner, humanRequestHeaders, type Signer } from "@crewstream/receiver";
import type { DeliveryRecord, FeedAddress } from "@crewstream/redis";

/** The parts of a request's headers that are the same for a whole deployment. */
export interface Sender {
  userAgent: string;
  /** `whsec_…` secrets, newest first. */
  signingSecrets: readonly string[];
  /** Signs with all of them. */
  sign: Signer;
}

export function createSender(options: Pick<Sender, "userAgent" | "signingSecrets">): Sender {
  return { ...options, sign: createSigner(options.signingSecrets) };
}

/** The headers of one attempt of a delivery, made at `now` (ms). */
export type RequestHeaders = (record: DeliveryRecord, body: string, now: number) => Record<string, string>;

/** Prepares the headers of a feed's requests: those that are the same in all requests are made once. */
export function requestHeaders(
  sender: Sender,
  address: FeedAddress,
  subscription: Subscription,
  secrets: SubscriptionSecrets,
): RequestHeaders {
  const own = secrets.signingSecret;
  const sign = own === undefined ? sender.sign : createSigner(own);
  const humanSecret = own ?? sender.signingSecrets[0] ?? "";
  const fixed: Record<string, string> = {
    "content-type": "application/json",
    "user-agent": sender.userAgent,
    ...authenticationHeader(secrets.authentication),
    [webhookHeaders.executionId]: address.executionId,
    ...(subscription.replayOf === undefined ? {} : { [webhookHeaders.replayOf]: subscription.replayOf }),
  };
  return (record, body, now) => {
    const id = deliveryId({ ...address, first: record.first });
    const timestamp = Math.floor(now / 1000);
    return {
      ...fixed,
      [webhookHeaders.id]: id,
      [webhookHeaders.timestamp]: String(timestamp),
      [webhookHeaders.signature]: sign({ id, timestamp, body }),
      [webhookHeaders.attempt]: String(record.attempts + 1),
      ...(record.events === 0 ? {} : { [webhookHeaders.sequence]: `${record.first}-${record.last}` }),
      ...(record.complete === undefined ? {} : { [webhookHeaders.feedComplete]: formatFeedTotals(record.complete) }),
      ...(subscription.form === "human_flow" ? humanRequestHeaders(body, timestamp, humanSecret) : {}),
    };
  };
}

function authenticationHeader(authentication: Authentication | undefined): Record<string, string> {
  if (authentication === undefined) return {};
  const { header, value } = credentialOf(authentication);
  return { [header]: value };
}

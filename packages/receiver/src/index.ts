export {
  AppError,
  ErrorCode,
  eventTypes,
  isKnownEventType,
  webhookHeaders,
  type CatalogueEvent,
  type EventData,
  type EventEnvelope,
  type EventTypeName,
  type FeedTotals,
  type KnownEventName,
} from "@crewstream/contracts";
export { answerTo, type Answer } from "./answer.ts";
export { receiveDelivery, type RawRequest, type ReceivedDelivery, type ReceiverOptions } from "./delivery.ts";
export { BodyError, NotNowError, VerificationError, VerificationFailure } from "./errors.ts";
export { expressReceiver, type DeliveryHandler, type NodeResponse } from "./express.ts";
export { fetchReceiver } from "./fetch.ts";
export { memoryFeedStore, type FeedRecord, type FeedStore } from "./feed-store.ts";
export type { Gaps } from "./gaps.ts";
export type { HeadersLike } from "./headers.ts";
export { humanRequestHeaders, isResponseToken, responseToken } from "./human-request.ts";
export { memorySeenStore, onceOnly, type Claim, type Once, type OnceOptions, type SeenStore } from "./once.ts";
export { memoryOrderStore, type OrderState, type OrderStore } from "./order-store.ts";
export { orderEvents, type InOrder, type OrderOptions } from "./order.ts";
export { parseEvents, type KnownEvent, type ReceivedEvent, type UnknownEvent } from "./parse.ts";
export type { NodeRequest } from "./raw-body.ts";
export {
  createSigner,
  sign,
  verify,
  type Signer,
  type SignInput,
  type VerifiedDelivery,
  type VerifyInput,
} from "./signature.ts";
export { trackFeeds, type FeedProgress, type TrackFeeds } from "./track-feeds.ts";

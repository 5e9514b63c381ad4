import { parseDeliveryId, parseFeedTotals, webhookHeaders, type FeedTotals } from "@crewstream/contracts";
import { BodyError } from "./errors.ts";
import { headerValue, type HeadersLike } from "./headers.ts";
import { parseEvents, type ReceivedEvent } from "./parse.ts";
import { verify, type VerifiedDelivery } from "./signature.ts";

export interface ReceiverOptions {
  /** `whsec_…` secrets, any of which may have signed; several during a rotation. */
  secrets: string | readonly string[];
  /** How far a request's timestamp may differ from now, either way, in seconds; default 300. */
  toleranceSeconds?: number;
  /** Larger bodies are rejected with 413 before they are read to the end; default 16 MiB. */
  maxBytes?: number;
  now?: () => Date;
}

/** A request as any framework provides it: its headers, and its raw body, byte for byte. */
export interface RawRequest {
  headers: HeadersLike;
  body: string | Uint8Array;
}

/** A verified request and its contents. All events are of one execution. */
export interface ReceivedDelivery extends VerifiedDelivery {
  executionId: string;
  /** The same in all deliveries of one subscription of one execution. */
  feedId: string;
  /** In order of `emission_sequence`. Empty in a delivery that only announces that its feed is complete. */
  events: ReceivedEvent[];
  /** Which attempt this is, from 1. Not signed. */
  attempt: number;
  /** The delivery that this one replays, if a person requested a replay. Not signed. */
  replayOf: string | undefined;
  /**
   * In the last delivery of a feed, which need not arrive last: totals of the whole feed; see `trackFeeds`. Not signed.
   */
  feedTotals: FeedTotals | undefined;
}

export const defaultMaxBytes = 16 * 1024 * 1024;

/**
 * Verifies a request and reads its events. Throws `VerificationError` (respond 401), `BodyError` (400, 413), or an
 * AppError `configuration` if a secret is malformed. `answerTo` makes the response for each.
 */
export function receiveDelivery({ headers, body }: RawRequest, options: ReceiverOptions): ReceivedDelivery {
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  if (body.length > maxBytes) throw bodyTooLarge(maxBytes);
  const { secrets, toleranceSeconds, now } = options;
  const verified = verify({
    headers,
    body,
    secrets,
    ...(toleranceSeconds === undefined ? {} : { toleranceSeconds }),
    ...(now === undefined ? {} : { now: now() }),
  });
  const events = parseEvents(body);
  const feedTotals = parseFeedTotals(headerValue(headers, webhookHeaders.feedComplete) ?? "");
  if (events.length === 0 && feedTotals === undefined) throw new BodyError("The body has no events.");
  const executionId = events[0]?.execution_id ?? parseDeliveryId(verified.id)?.executionId ?? "";
  if (events.some((event) => event.execution_id !== executionId)) {
    throw new BodyError("The events are of more than one execution.");
  }
  return {
    ...verified,
    executionId,
    feedId: verified.id.replace(/_\d+$/, ""),
    events: events.sort((a, b) => a.data.emission_sequence - b.data.emission_sequence),
    attempt: Number(headerValue(headers, webhookHeaders.attempt)) || 1,
    replayOf: headerValue(headers, webhookHeaders.replayOf),
    feedTotals,
  };
}

export function bodyTooLarge(maxBytes: number): BodyError {
  return new BodyError(`The body is larger than ${maxBytes} bytes.`, "payload_too_large");
}

import type { WebhookSink } from "../support/webhook-sink.ts";
import type { SinkEvent, SinkRequest } from "../support/sink-reply.ts";

/** What one feed should have brought. */
export interface ExpectedFeed {
  executionId: string;
  path: string;
  mode: "batched" | "realtime";
  ordering: "relaxed" | "strict";
  /** Every event of the stream that the feed selects, in order. */
  events: SinkEvent[];
  /** Webhook ids of its deliveries that stand in the dead letters. */
  dead: Set<string>;
}

/** Checks promises 1 to 3 from the receiver's own record; returns what is broken, nothing when all hold. */
export function brokenPromises(sink: WebhookSink, feeds: readonly ExpectedFeed[]): string[] {
  return feeds.flatMap((feed) =>
    checkFeed(sink.requests(feed.path), feed).map((problem) => `${feed.path}: ${problem}`),
  );
}

function checkFeed(requests: readonly SinkRequest[], feed: ExpectedFeed): string[] {
  const problems: string[] = [];
  const bodies = new Map<string, string>();
  const deliveryOf = new Map<string, string>();
  const acknowledged = new Set<string>();
  const acknowledgedFirsts: number[] = [];
  const known = new Map(feed.events.map((event) => [event.id, JSON.stringify(event)]));
  for (const request of requests) {
    const id = request.headers["webhook-id"] ?? "";
    const before = bodies.get(id);
    if (before !== undefined && before !== request.rawBody) problems.push(`${id} changed its bytes`);
    bodies.set(id, request.rawBody);
    for (const event of request.events) {
      if ((deliveryOf.get(event.id) ?? id) !== id)
        problems.push(`${event.id} is in ${deliveryOf.get(event.id)} and ${id}`);
      deliveryOf.set(event.id, id);
      if (known.get(event.id) !== JSON.stringify(event)) problems.push(`${event.id} is not what the stream holds`);
    }
    if (request.status !== undefined && request.status >= 200 && request.status < 300) {
      if (!acknowledged.has(request.events[0]?.id ?? "")) acknowledgedFirsts.push(sequenceOf(request.events[0]));
      for (const event of request.events) acknowledged.add(event.id);
    }
  }
  for (const event of feed.events) {
    const delivery = deliveryOf.get(event.id);
    const dead = delivery !== undefined && feed.dead.has(delivery);
    if (!acknowledged.has(event.id) && !dead)
      problems.push(`${event.type} ${sequenceOf(event)} is neither acknowledged nor dead`);
  }
  const ordered = acknowledgedFirsts.every(
    (first, index) => index === 0 || first > (acknowledgedFirsts[index - 1] ?? 0),
  );
  const failed = requests.some((request) => request.status === undefined || request.status >= 300);
  if (!ordered && (feed.ordering === "strict" || (feed.mode === "batched" && !failed)))
    problems.push("deliveries came out of order");
  return problems;
}

function sequenceOf(event: SinkEvent | undefined): number {
  return Number(event?.data["emission_sequence"]);
}

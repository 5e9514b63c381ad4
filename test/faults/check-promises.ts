import { formatFeedTotals } from "@crewstream/contracts";
import type { Attempt, DeliveryRecord } from "@crewstream/redis";
import type { SinkEvent, SinkRequest } from "../support/sink-reply.ts";
import type { FeedSettings } from "./subscriptions.ts";

/** What one feed should have delivered. */
export interface ExpectedFeed {
  executionId: string;
  feed: number;
  path: string;
  settings: FeedSettings;
  /** Every event of the stream that the feed selects, in order. */
  events: SinkEvent[];
  /** Its deliveries that are dead letters. */
  dead: Pick<DeliveryRecord, "first" | "last" | "complete">[];
  /** The attempt log. A receiver that was down has no record of those. */
  attempts: Attempt[];
}

/** Whether a request was acknowledged. */
export function acknowledged({ status }: SinkRequest): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** Checks promises 1 to 4 for a feed against the receiver's own record; returns what is broken, empty if all hold. */
export function brokenPromises(requests: readonly SinkRequest[], feed: ExpectedFeed): string[] {
  const problems: string[] = [];
  const bodies = new Map<string, string>();
  const deliveryOf = new Map<number, string>();
  const arrived = new Set<number>();
  const firsts: number[] = [];
  const known = new Map(feed.events.map((event) => [sequenceOf(event), event]));
  for (const request of requests) {
    const id = request.headers["webhook-id"] ?? "";
    const before = bodies.get(id);
    if (before !== undefined && before !== request.rawBody) problems.push(`${id} changed its bytes`);
    bodies.set(id, request.rawBody);
    for (const event of request.events) {
      const covered = sequencesOf(event);
      for (const seq of covered) {
        const delivery = deliveryOf.get(seq) ?? id;
        if (delivery !== id) problems.push(`event ${seq} is in ${delivery} and ${id}`);
        deliveryOf.set(seq, id);
        if (!acknowledged(request)) continue;
        if (!arrived.has(seq) && seq === sequenceOf(request.events[0])) firsts.push(seq);
        arrived.add(seq);
      }
      const stored = covered.flatMap((seq) => known.get(seq) ?? []);
      if (JSON.stringify(event) !== JSON.stringify(join(stored, event)))
        problems.push(`event ${sequenceOf(event)} is not what the stream holds`);
    }
  }
  for (const [seq, { type }] of known) {
    const dead = feed.dead.some(({ first, last }) => first <= seq && seq <= last);
    if (!arrived.has(seq) && !dead) problems.push(`${type} ${seq} is neither acknowledged nor dead`);
  }
  const { ordering, realtime } = feed.settings;
  const well = requests.every(acknowledged) && feed.attempts.every(({ outcome }) => outcome === "delivered");
  const inOrder = ordering === "strict" || (realtime === false && well);
  if (inOrder && firsts.some((first, index) => first < (firsts[index - 1] ?? 0)))
    problems.push("deliveries came out of order");
  return [...problems, ...wrongTotals(requests, feed)];
}

/** Promise 4: one delivery, on all its attempts, has the feed's totals, and they are right. */
function wrongTotals(requests: readonly SinkRequest[], feed: ExpectedFeed): string[] {
  const numberOf = (id = ""): number => Number(id.slice(id.lastIndexOf("_") + 1));
  const attempts = requests.map(({ headers }) => ({
    first: numberOf(headers["webhook-id"]),
    said: headers["crewstream-feed-complete"] ?? "nothing",
  }));
  const said = new Map<number, Set<string>>();
  for (const { first, said: text } of attempts) said.set(first, (said.get(first) ?? new Set()).add(text));
  for (const { first, complete } of feed.dead) {
    const text = complete === undefined ? "nothing" : formatFeedTotals(complete);
    said.set(first, (said.get(first) ?? new Set()).add(text));
  }
  const changed = [...said]
    .filter(([, texts]) => texts.size > 1)
    .map(([first]) => `delivery ${first} changed its totals`);
  const totals = [...said.values()].flatMap((texts) => Array.from(texts)).filter((text) => text !== "nothing");
  const right = formatFeedTotals({ deliveries: said.size, events: feed.events.length });
  const wrong = totals.filter((text) => text !== right).map((text) => `"${text}" is not "${right}"`);
  if (totals.length > 1) wrong.push(`${totals.length} deliveries say that they are the last`);
  if (totals.length === 0 && feed.settings.completion === true) wrong.push("no delivery says that it is the last");
  return [...changed, ...wrong];
}

function sequenceOf(event: SinkEvent | undefined): number {
  return Number(event?.data["emission_sequence"]);
}

/** The sequences of the events that this one stands for: several if chunks were merged. */
function sequencesOf(event: SinkEvent): number[] {
  const first = sequenceOf(event);
  const { events = 1 } = (event.data["coalesced"] ?? {}) as { events?: number };
  return Array.from({ length: events }, (_, index) => first + index);
}

/** The expected event for these. */
function join(stored: readonly SinkEvent[], like: SinkEvent): SinkEvent | undefined {
  const [first, last] = [stored[0], stored.at(-1)];
  if (first === undefined || last === undefined || stored.length === 1) return first;
  const data: Record<string, unknown> = {
    ...first.data,
    chunk: stored.map((event) => String(event.data["chunk"])).join(""),
    coalesced: {
      events: stored.length,
      last_event_id: last.id,
      last_emission_sequence: sequenceOf(last),
    },
  };
  if ("tool_call" in last.data) data["tool_call"] = last.data["tool_call"];
  // Merged chunks belong to one response.
  const sameCall = stored.every((event) => event.data["call_id"] === like.data["call_id"]);
  return sameCall ? { ...first, data } : undefined;
}

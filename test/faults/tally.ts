import type { SinkRequest } from "../support/sink-reply.ts";
import { acknowledged, type ExpectedFeed } from "./check-promises.ts";

/** What happened in runs, in numbers; they can be summed over runs. */
export interface Tally {
  faults: Record<string, number>;
  /** Feeds by kind of subscription. */
  feeds: Record<string, number>;
  /** Events that feeds had to deliver. */
  events: number;
  /** Deliveries that the receiver received. */
  deliveries: number;
  /** Requests that the receiver received. */
  requests: number;
  /** Requests for what the receiver had acknowledged before. */
  repeated: number;
  /** As logged by the engine; attempts whose worker was killed are not included. */
  attempts: Record<string, number>;
  deadLetters: number;
}

/** The numbers of one run. */
export function tally(
  faults: readonly string[],
  feeds: readonly ExpectedFeed[],
  requests: readonly SinkRequest[],
): Tally {
  const done = new Set<string>();
  const seen = new Set<string>();
  let repeated = 0;
  for (const request of requests) {
    const id = request.headers["webhook-id"] ?? "";
    seen.add(id);
    if (done.has(id)) repeated += 1;
    if (acknowledged(request)) done.add(id);
  }
  return {
    faults: countBy(faults, (name) => name),
    feeds: countBy(feeds, ({ settings }) => settings.name),
    events: feeds.reduce((sum, { events }) => sum + events.length, 0),
    deliveries: seen.size,
    requests: requests.length,
    repeated,
    attempts: countBy(
      feeds.flatMap(({ attempts }) => attempts),
      ({ outcome }) => outcome,
    ),
    deadLetters: feeds.reduce((sum, { dead }) => sum + dead.length, 0),
  };
}

/** The sum of two (or more) runs. */
export function addTallies(a: Tally, b: Tally): Tally {
  return {
    faults: addCounts(a.faults, b.faults),
    feeds: addCounts(a.feeds, b.feeds),
    events: a.events + b.events,
    deliveries: a.deliveries + b.deliveries,
    requests: a.requests + b.requests,
    repeated: a.repeated + b.repeated,
    attempts: addCounts(a.attempts, b.attempts),
    deadLetters: a.deadLetters + b.deadLetters,
  };
}

function countBy<Item>(items: readonly Item[], name: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return counts;
}

function addCounts(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

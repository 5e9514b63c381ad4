import { pick } from "./random.ts";

/** A kind of subscription, as in a kickoff's `webhooks`. */
export interface FeedSettings {
  name: string;
  ordering: "relaxed" | "strict";
  realtime: boolean | { max_delay_ms: number };
  coalesce?: true;
  retry?: { schedule: string[] };
  /** Event types instead of all. */
  events?: string[];
  completion?: true;
}

const soon = { max_delay_ms: 100 };

/** Its last published event is not selected: only the empty delivery can announce that the feed is complete. */
const some = ["burst_item", "llm_stream_chunk"];

const all: readonly FeedSettings[] = [
  { name: "batched", realtime: false, ordering: "relaxed" },
  { name: "realtime", realtime: true, ordering: "relaxed" },
  { name: "adaptive", realtime: soon, ordering: "relaxed" },
  { name: "strict", realtime: false, ordering: "strict" },
  { name: "strict-realtime", realtime: true, ordering: "strict" },
  { name: "strict-adaptive", realtime: soon, ordering: "strict" },
  { name: "joined", realtime: false, ordering: "relaxed", coalesce: true },
  { name: "joined-realtime", realtime: true, ordering: "relaxed", coalesce: true },
  { name: "joined-adaptive", realtime: soon, ordering: "strict", coalesce: true },
  { name: "filtered", realtime: false, ordering: "relaxed", events: some, completion: true },
  { name: "filtered-realtime", realtime: true, ordering: "relaxed", events: some, completion: true },
  // Its deliveries easily become dead letters.
  { name: "fragile", realtime: false, ordering: "relaxed", retry: { schedule: ["100ms"] } },
  { name: "fragile-realtime", realtime: true, ordering: "relaxed", retry: { schedule: ["100ms", "100ms"] } },
];

/** The given number of different kinds, at random. */
export function pickSubscriptions(random: () => number, count: number): FeedSettings[] {
  const left = [...all];
  return Array.from({ length: count }, () => {
    const drawn = pick(random, left);
    left.splice(left.indexOf(drawn), 1);
    return drawn;
  });
}

import { readExecutionHead, type FeedAddress, type FeedState, type Store } from "@crewstream/redis";
import type { DeliveryContext } from "../context.ts";
import type { FeedReader } from "./feed-reader.ts";
import type { OpenedFeed } from "./opened-feed.ts";
import { publishedAt } from "../request/render.ts";

/** Whether a feed's stream will not grow any more. */
export function isComplete(state: FeedState): boolean {
  return state.until !== undefined || (state.executionState !== "RUNNING" && state.executionState !== "STARTED");
}

/** Looks again whether the run goes on. */
export async function refreshExecutionState(
  store: Store,
  { executionId }: FeedAddress,
  state: FeedState,
): Promise<void> {
  const head = await readExecutionHead(store, executionId);
  if (head !== undefined) state.executionState = head.state;
}

/**
 * Whether the batch at the head of a feed goes out now: `ripe` when it is full, old enough, or nothing more comes; `left`
 * when it is left to grow, and the pass ends with a wake for when it is old enough; `young` when it would be, but
 * something else is to be done first.
 *
 * While a job is active its queue keeps one further wake, the last one asked for: ours may take the place of one that
 * said that the batch is full or the run over. So that is looked for after ours stands; whatever comes later takes the
 * place of ours.
 */
export async function lookAtBatch(
  { store, queues, limits }: DeliveryContext,
  { address }: OpenedFeed,
  state: FeedState,
  reader: FeedReader,
  { mayLeave }: { mayLeave: boolean },
): Promise<"ripe" | "young" | "left" | "empty"> {
  const { oldest } = reader;
  if (oldest === undefined) return "empty";
  // Nothing more comes soon to a complete stream: waiting would not fill the batch.
  if (reader.full || isComplete(state)) return "ripe";
  const youngMs = publishedAt(oldest) + limits.batchMaxWaitMs - Date.now();
  if (youngMs <= 0) return "ripe";
  if (!mayLeave) return "young";
  await queues.wakeFeed(address, { delayMs: youngMs });
  await refreshExecutionState(store, address, state);
  await reader.fill();
  return reader.full || isComplete(state) ? "ripe" : "left";
}

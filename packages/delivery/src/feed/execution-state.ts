import { readExecutionHead, type FeedAddress, type FeedState, type Store } from "@crewstream/redis";

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

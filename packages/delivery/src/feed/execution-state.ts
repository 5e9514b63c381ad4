import { readExecutionHead, type FeedAddress, type FeedState, type Store } from "@crewstream/redis";

/** Whether a feed's stream gets no more events for now: its range or its run has ended, or the run is paused. */
export function isComplete(state: FeedState): boolean {
  return state.until !== undefined || (state.executionState !== "RUNNING" && state.executionState !== "STARTED");
}

/** Reads the execution's state again. */
export async function refreshExecutionState(
  store: Store,
  { executionId }: FeedAddress,
  state: FeedState,
): Promise<void> {
  const head = await readExecutionHead(store, executionId);
  if (head !== undefined) state.executionState = head.state;
}

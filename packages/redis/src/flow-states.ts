import type { Store } from "./store.ts";

/** The last state that a flow saved under an id, as JSON; undefined when there is none (any more). */
export async function loadFlowState(store: Store, flow: string, id: string): Promise<string | undefined> {
  return (await store.redis.get(store.keys.flowState(flow, id))) ?? undefined;
}

/** Saves a flow's state under an id, for `keptMs` from its last save. */
export async function saveFlowState(
  store: Store,
  flow: string,
  id: string,
  state: string,
  keptMs: number,
): Promise<void> {
  await store.redis.set(store.keys.flowState(flow, id), state, "PX", Math.round(keptMs));
}

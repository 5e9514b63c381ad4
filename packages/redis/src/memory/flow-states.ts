import type { Store } from "../store.ts";

/** Where a flow's state is kept. */
export interface FlowStateAddress {
  flow: string;
  id: string;
  /** Name of the token that it is stored for; undefined for states that all tokens' runs share. */
  owner: string | undefined;
}

/** The last state that a flow saved under an id, as JSON; undefined when there is none (any more). */
export async function loadFlowState(store: Store, address: FlowStateAddress): Promise<string | undefined> {
  return (await store.redis.get(store.keys.flowState(address))) ?? undefined;
}

/** Saves a flow's state under an id, for `keptMs` from its last save. */
export async function saveFlowState(
  store: Store,
  address: FlowStateAddress,
  state: string,
  keptMs: number,
): Promise<void> {
  await store.redis.set(store.keys.flowState(address), state, "PX", Math.round(keptMs));
}

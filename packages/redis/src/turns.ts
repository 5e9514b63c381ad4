import type { Store } from "./store.ts";

/**
 * Takes the turn at a periodic piece of work that one process does for all; false while another has it. The turn ends
 * by itself after `ms`, so whoever dies with it delays the next one and no more.
 */
export async function takeTurn(store: Store, name: string, ms: number): Promise<boolean> {
  return (await store.redis.set(store.keys.turn(name), String(process.pid), "PX", Math.round(ms), "NX")) === "OK";
}

const alertMs = 3_600_000;

/** Whether an alert of this kind about this endpoint may be sent: at most one an hour, whoever sends it. */
export async function claimAlert(store: Store, kind: string, endpoint: string): Promise<boolean> {
  return (await store.redis.set(store.keys.alert(kind, endpoint), "1", "PX", alertMs, "NX")) === "OK";
}

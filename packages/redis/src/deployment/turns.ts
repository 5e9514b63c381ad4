import type { Store } from "../store.ts";

/**
 * Takes the turn for a periodic task that one process does for all; false while another process has it. The turn ends
 * by itself after `ms`, so a process that dies with it only delays the next one.
 */
export async function takeTurn(store: Store, name: string, ms: number): Promise<boolean> {
  return (await store.redis.set(store.keys.turn(name), String(process.pid), "PX", Math.round(ms), "NX")) === "OK";
}

const alertMs = 3_600_000;

/** Whether an alert of this kind about this endpoint may be sent: at most one an hour, from all processes together. */
export async function claimAlert(store: Store, kind: string, endpoint: string): Promise<boolean> {
  return (await store.redis.set(store.keys.alert(kind, endpoint), "1", "PX", alertMs, "NX")) === "OK";
}

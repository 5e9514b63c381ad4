import type { Store } from "./store.ts";

/**
 * Takes the turn at a periodic piece of work that one process does for all; false while another has it. The turn ends
 * by itself after `ms`, so whoever dies with it delays the next one and no more.
 */
export async function takeTurn(store: Store, name: string, ms: number): Promise<boolean> {
  return (await store.redis.set(store.keys.turn(name), String(process.pid), "PX", Math.round(ms), "NX")) === "OK";
}

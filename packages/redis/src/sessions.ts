import type { Store } from "./store.ts";

/** Ends a session of the dashboard for all API processes; remembered for the `ms` that it would have gone on. */
export async function revokeSession(store: Store, id: string, ms: number): Promise<void> {
  await store.redis.set(store.keys.revokedSession(id), "1", "PX", Math.max(1, Math.ceil(ms)));
}

/** Whether a session was ended before its time. */
export async function isSessionRevoked(store: Store, id: string): Promise<boolean> {
  return (await store.redis.exists(store.keys.revokedSession(id))) === 1;
}

import type { Store } from "../store.ts";

/** Ends a session of the dashboard in all API processes; remembered for the `ms` that it had left. */
export async function revokeSession(store: Store, id: string, ms: number): Promise<void> {
  await store.redis.set(store.keys.revokedSession(id), "1", "PX", Math.max(1, Math.ceil(ms)));
}

/** Whether a session was ended early. */
export async function isSessionRevoked(store: Store, id: string): Promise<boolean> {
  return (await store.redis.exists(store.keys.revokedSession(id))) === 1;
}

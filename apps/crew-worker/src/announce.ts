import { hostname } from "node:os";
import type { UnavailableAutomation } from "@crewstream/contracts";
import { announceWorker, withdrawWorker, type Store } from "@crewstream/redis";
import type { Loop } from "@crewstream/service";
import type { ServedEntry } from "./registry.ts";

const everyMs = 5000;
/** Two announcements may be lost before the API considers the worker dead. */
const timeToLiveMs = 3 * everyMs;

/** Periodically announces what this worker serves; `withdraw` ends that immediately. */
export function announcer(
  store: Store,
  worker: string,
  found: () => { served: Iterable<ServedEntry>; unavailable: UnavailableAutomation[] },
): { loop: Loop; announce(): Promise<void>; withdraw(): Promise<void> } {
  const self = { worker, host: hostname(), pid: process.pid, startedAt: Date.now() };
  const announce = () => {
    const { served, unavailable } = found();
    const automations = [...served].map(({ announcement }) => announcement);
    return announceWorker(store, { ...self, automations, unavailable }, timeToLiveMs);
  };
  return {
    announce,
    withdraw: () => withdrawWorker(store, worker),
    loop: { name: "announce", everyMs, run: announce },
  };
}

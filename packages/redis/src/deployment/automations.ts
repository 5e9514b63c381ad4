import { automationAnnouncementSchema, unavailableAutomationSchema } from "@crewstream/contracts";
import { z } from "zod";
import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

const workerAnnouncementSchema = z.object({
  worker: z.string(),
  host: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  automations: z.array(automationAnnouncementSchema),
  unavailable: z.array(unavailableAutomationSchema).default([]),
});
export type WorkerAnnouncement = z.input<typeof workerAnnouncementSchema>;

/** An automation and how many live workers serve it. */
export type ServedAutomation = z.output<typeof automationAnnouncementSchema> & { workers: number };

/** What one worker cannot run, and the host of that worker. */
export type RefusedAutomation = z.output<typeof unavailableAutomationSchema> & { host: string };

/** What live workers have found: what they serve, and what some of them cannot run; each by name. */
export interface FoundAutomations {
  served: ServedAutomation[];
  unavailable: RefusedAutomation[];
}

/** Announces what a crew worker serves, for `ttlMs`; call it again before that has passed. */
export async function announceWorker(store: Store, announcement: WorkerAnnouncement, ttlMs: number): Promise<void> {
  const args = [announcement.worker, JSON.stringify(announcement), ttlMs];
  await runScript(store.redis, "announce", [store.keys.automations], args);
}

/** Removes a worker's announcement immediately, when it stops. */
export async function withdrawWorker(store: Store, worker: string): Promise<void> {
  await runScript(store.redis, "announce", [store.keys.automations], [worker, "", 0]);
}

/**
 * What live workers have found. If versions differ, the newest worker's announcement wins, as it is the version that a
 * deployment is moving to. An automation may be served by one worker and not by another, whose host has no environment
 * for it.
 */
export async function foundAutomations(store: Store, now: number): Promise<FoundAutomations> {
  const workers = Object.values(await store.redis.hgetall(store.keys.automations))
    .map((text) => ({ until: Number.parseInt(text, 10), text: text.slice(text.indexOf(" ") + 1) }))
    .filter(({ until }) => until > now)
    .map(({ text }) => workerAnnouncementSchema.parse(JSON.parse(text)))
    .sort((a, b) => a.startedAt - b.startedAt);
  const served = new Map<string, ServedAutomation>();
  const unavailable = new Map<string, RefusedAutomation>();
  for (const { automations, unavailable: refused, host } of workers) {
    for (const automation of automations) {
      const before = served.get(automation.name);
      served.set(automation.name, { ...automation, workers: (before?.workers ?? 0) + 1 });
    }
    for (const each of refused) unavailable.set(each.name, { ...each, host });
  }
  return { served: byName(served), unavailable: byName(unavailable) };
}

/** What live workers serve, by name. */
export async function servedAutomations(store: Store, now: number): Promise<ServedAutomation[]> {
  return (await foundAutomations(store, now)).served;
}

function byName<Named extends { name: string }>(found: ReadonlyMap<string, Named>): Named[] {
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

import { automationAnnouncementSchema } from "@crewstream/contracts";
import { z } from "zod";
import { runScript } from "./scripts.ts";
import type { Store } from "./store.ts";

const workerAnnouncementSchema = z.object({
  worker: z.string(),
  host: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  automations: z.array(automationAnnouncementSchema),
});
export type WorkerAnnouncement = z.input<typeof workerAnnouncementSchema>;

/** An automation and how many live workers serve it. */
export type ServedAutomation = z.output<typeof automationAnnouncementSchema> & { workers: number };

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
 * What live workers serve, by name. If versions differ, the newest worker's announcement wins, as it is the version
 * that a deployment is moving to.
 */
export async function servedAutomations(store: Store, now: number): Promise<ServedAutomation[]> {
  const workers = Object.values(await store.redis.hgetall(store.keys.automations))
    .map((text) => ({ until: Number.parseInt(text, 10), text: text.slice(text.indexOf(" ") + 1) }))
    .filter(({ until }) => until > now)
    .map(({ text }) => workerAnnouncementSchema.parse(JSON.parse(text)))
    .sort((a, b) => a.startedAt - b.startedAt);
  const byName = new Map<string, ServedAutomation>();
  for (const worker of workers) {
    for (const automation of worker.automations) {
      const before = byName.get(automation.name);
      byName.set(automation.name, { ...automation, workers: (before?.workers ?? 0) + 1 });
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

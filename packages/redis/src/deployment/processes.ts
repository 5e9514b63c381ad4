import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { z } from "zod";
import { runScript } from "../scripts.ts";
import type { Store } from "../store.ts";

/** Interval at which announcements are repeated; two may be lost before a process counts as dead. */
export const announceEveryMs = 5000;
const timeToLiveMs = 3 * announceEveryMs;

const processSchema = z.object({
  id: z.string(),
  kind: z.enum(["api", "crew", "delivery"]),
  host: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  seenAt: z.number(),
});
export type LiveProcess = z.infer<typeof processSchema>;

/** Announces this process to the others; `announce` is called again every {@link announceEveryMs}. */
export function processAnnouncer(
  store: Store,
  kind: LiveProcess["kind"],
): { announce: () => Promise<void>; withdraw: () => Promise<void> } {
  const identity = {
    id: `${kind}-${randomUUID().slice(0, 8)}`,
    kind,
    host: hostname(),
    pid: process.pid,
    startedAt: Date.now(),
  };
  const say = async (text: string) => {
    await runScript(store.redis, "announce", [store.keys.processes], [identity.id, text, timeToLiveMs]);
  };
  return { announce: () => say(JSON.stringify({ ...identity, seenAt: Date.now() })), withdraw: () => say("") };
}

/** Live processes of the deployment, longest running first. */
export async function liveProcesses(store: Store, now: number): Promise<LiveProcess[]> {
  return Object.values(await store.redis.hgetall(store.keys.processes))
    .filter((text) => Number.parseInt(text, 10) > now)
    .map((text) => processSchema.parse(JSON.parse(text.slice(text.indexOf(" ") + 1))))
    .sort((a, b) => a.startedAt - b.startedAt);
}

import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dumpKeys } from "../support/redis.ts";
import type { WebhookSink } from "../support/webhook-sink.ts";
import type { FaultySystem } from "./faulty-system.ts";

/**
 * Saves what shows why a run broke a promise: the content of Redis, the receiver's record, and the logs of all
 * processes of the run.
 * @returns where it is
 */
export async function keepEvidence(
  system: FaultySystem,
  sink: WebhookSink,
  seed: number,
  found: Record<string, unknown>,
): Promise<string> {
  const folder = join(tmpdir(), "crewstream-faults", `seed-${seed}-${Date.now()}`);
  await mkdir(folder, { recursive: true });
  const files: [name: string, content: string][] = [
    ["found.json", JSON.stringify(found, undefined, 1)],
    ["requests.ndjson", lines(sink.requests())],
    ...system.processes.map(({ name, logs, pid }): [string, string] => [`${name}-${pid}.ndjson`, lines(logs)]),
  ];
  const keys = await dumpKeys(system.redis.url).catch((error: unknown) => new Map([["error", String(error)]]));
  files.push(["redis.ndjson", lines([...keys])]);
  await Promise.all(files.map(([name, content]) => writeFile(join(folder, name), content)));
  return `What it left is in ${folder}`;
}

function lines(items: readonly unknown[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join("");
}

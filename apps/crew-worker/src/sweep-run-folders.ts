import { readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseExecutionId, type ExecutionId } from "@crewstream/contracts";

/** Interval of sweeps, and minimum age of a folder to be removed: its record may not be written yet. */
export const sweepEveryMs = 3_600_000;

/**
 * Removes the folders of runs whose executions have expired; each machine sweeps its own.
 * @returns how many were removed
 */
export async function sweepRunFolders(options: {
  dir: string;
  now: number;
  signal: AbortSignal;
  /** Whether an execution is still known. */
  exists(id: ExecutionId): Promise<boolean>;
}): Promise<number> {
  const root = resolve(options.dir);
  let removed = 0;
  for (const name of await readdir(root).catch(() => [])) {
    if (options.signal.aborted) break;
    const id = parseExecutionId(name);
    const path = join(root, name);
    if (id === undefined || options.now - (await stat(path)).mtimeMs < sweepEveryMs) continue;
    if (await options.exists(id)) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

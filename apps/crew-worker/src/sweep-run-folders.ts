import { readdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseExecutionId } from "@crewstream/contracts";
import { readExecution, type Store } from "@crewstream/redis";

/** Pause between sweeps, and how long a folder is left alone after it was made: its record may be on its way. */
export const sweepEveryMs = 3_600_000;

/** Removes the folders of runs whose executions have expired. Each machine sweeps its own. */
export async function sweepRunFolders(
  store: Store,
  runsDir: string,
  signal: AbortSignal,
  now: number,
): Promise<number> {
  let removed = 0;
  for (const name of await readdir(resolve(runsDir)).catch(() => [])) {
    if (signal.aborted) break;
    const id = parseExecutionId(name);
    const path = join(resolve(runsDir), name);
    if (id === undefined || now - (await stat(path)).mtimeMs < sweepEveryMs) continue;
    if ((await readExecution(store, id)) !== undefined) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

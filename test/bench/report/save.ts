import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where results are stored; git ignores it. */
export const resultsFolder = fileURLToPath(new URL("../../../.crewstream/bench", import.meta.url));

/** Writes a run's results as JSON; returns the file's path. */
export async function saveResults(results: { at: string }): Promise<string> {
  await mkdir(resultsFolder, { recursive: true });
  const path = join(resultsFolder, `${results.at.replaceAll(/[:.]/g, "-")}.json`);
  await writeFile(path, `${JSON.stringify(results, undefined, 2)}\n`);
  return path;
}

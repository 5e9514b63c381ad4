import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** The file at a path, or all files in and below the folder there, sorted; undefined if nothing exists. */
export async function filesAt(path: string): Promise<string[] | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return found === undefined ? undefined : [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

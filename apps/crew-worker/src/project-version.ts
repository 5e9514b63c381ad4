import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** What is not a part of a project's description: made by tools, secret, or of no meaning to a run. */
const leftOut = new Set(["node_modules", "__pycache__", "dist", "build"]);
/** Of a bigger file only the size counts: knowledge that is big is not edited by hand. */
const readAtMost = 4 * 1024 * 1024;

/** Hash over the names and contents of all files of a project; dot files (.env, .git, .venv) and links are left out. */
export async function projectVersion(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const path of await filesIn(folder, "")) {
    const file = join(folder, path);
    const { size } = await stat(file);
    hash.update(`${path}\n${size}\n`);
    if (size <= readAtMost) hash.update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 12);
}

async function filesIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".") || leftOut.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesIn(root, path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

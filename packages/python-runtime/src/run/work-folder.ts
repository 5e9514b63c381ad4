import { constants } from "node:fs";
import { copyFile, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A larger file is linked, not copied: a project's data is read, its results are new files. */
const maxCopiedBytes = 1024 * 1024;
/** Folders with more entries than this are linked as a whole. */
const maxEntries = 2000;
const leftOut: ReadonlySet<string> = new Set(["node_modules", "__pycache__", "dist", "build", "pyvenv.cfg"]);
/** Marks the folder as complete; a resumed run keeps what it has written. */
const mark = ".crewstream-run";

/**
 * Creates a run's working directory: a copy of the project that it may write to, since projects read and write relative
 * paths. Its modules are imported from the project itself. Does nothing if an earlier turn of the run has created it.
 */
export async function makeWorkFolder(project: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (await exists(join(directory, mark))) return;
  await new ProjectCopy(project, directory).copy("");
  await writeFile(join(directory, mark), "");
}

class ProjectCopy {
  readonly #from: string;
  readonly #to: string;
  #entries = 0;

  constructor(from: string, to: string) {
    this.#from = from;
    this.#to = to;
  }

  async copy(folder: string): Promise<void> {
    const entries = await readdir(join(this.#from, folder), { withFileTypes: true });
    for (const entry of entries) {
      // Of hidden files, projects only read .env; it stays where it is, and is linked.
      if (leftOut.has(entry.name) || (entry.name.startsWith(".") && entry.name !== ".env")) continue;
      const path = join(folder, entry.name);
      this.#entries += 1;
      if (entry.isDirectory()) await this.#copyFolder(path);
      else if (entry.isFile() && entry.name !== ".env") await this.#copyFile(path);
      else await this.#link(path);
    }
  }

  async #copyFolder(path: string): Promise<void> {
    if (await exists(join(this.#from, path, "pyvenv.cfg"))) return;
    if (this.#entries > maxEntries) {
      await this.#link(path);
      return;
    }
    await mkdir(join(this.#to, path), { recursive: true });
    await this.copy(path);
  }

  async #copyFile(path: string): Promise<void> {
    const from = join(this.#from, path);
    if ((await stat(from)).size > maxCopiedBytes) await this.#link(path);
    else await copyFile(from, join(this.#to, path), constants.COPYFILE_FICLONE);
  }

  async #link(path: string): Promise<void> {
    await symlink(join(this.#from, path), join(this.#to, path)).catch((error: unknown) => {
      // A turn that was killed while copying has created it.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

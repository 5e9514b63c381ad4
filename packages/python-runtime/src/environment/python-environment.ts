import { createHash } from "node:crypto";
import { readFile, realpath, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Where `crewstream python sync` builds a project's environment: not in the project, whose folder may be read-only. */
export async function environmentFolder(dataDir: string, project: string): Promise<string> {
  const root = await realpath(project);
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return resolve(dataDir, "environments", `${basename(root)}-${hash}`);
}

/**
 * The interpreter of a project's environment: its own `.venv`, else the one that was built for it; undefined without.
 */
export async function findInterpreter(dataDir: string, project: string): Promise<string | undefined> {
  for (const folder of [join(project, ".venv"), await environmentFolder(dataDir, project)]) {
    // Projects that share an environment by a link share its fork server too.
    const python = interpreterIn(await realpath(folder).catch(() => folder));
    if (await exists(python)) return python;
  }
  return undefined;
}

export function interpreterIn(folder: string): string {
  return join(folder, "bin", "python");
}

/** The version of crewai in an environment, from the name of its metadata; undefined if it is not installed. */
export async function libraryVersion(python: string): Promise<string | undefined> {
  const lib = join(dirname(dirname(python)), "lib");
  for (const name of await readdir(lib).catch(() => [])) {
    const packages = await readdir(join(lib, name, "site-packages")).catch(() => []);
    for (const each of packages) {
      const version = /^crewai-(\d[^-]*)\.dist-info$/.exec(each)?.[1];
      if (version !== undefined) return version;
    }
  }
  return undefined;
}

/** The versions in an environment, from its files: nothing is started. Undefined if crewai is not installed. */
export async function environmentVersions(python: string): Promise<{ python: string; crewai: string } | undefined> {
  const crewai = await libraryVersion(python);
  if (crewai === undefined) return undefined;
  const settings = await readFile(join(dirname(dirname(python)), "pyvenv.cfg"), "utf8").catch(() => "");
  // uv writes `version_info`, the standard library's venv `version`.
  const version = /^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)/m.exec(settings)?.[1];
  return { python: version ?? "", crewai };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

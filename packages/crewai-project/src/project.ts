import { posix } from "node:path";
import type { ProjectDir } from "./documents/project-dir.ts";
import type { Findings, Location } from "./finding.ts";

/** A project while it is being read. */
export interface Project {
  dir: ProjectDir;
  findings: Findings;
  /**
   * The folder of the file being read: tools/ and TypeScript are looked up there first, then in the project's folder.
   */
  base: string;
  /** False for a check: the project's own code is then only inspected, never run. */
  runsCode: boolean;
}

/** An object of a project file, with the location of each of its keys: they may come from several files. */
export interface Part<Keys> {
  keys: Keys;
  /** The location of a key; of the object itself if no key is given. */
  at: (...path: readonly (string | number)[]) => Location;
}

/** The same project, for a file in another folder of it. */
export function inFolder(project: Project, base: string): Project {
  return { ...project, base };
}

/** Where a named file may be: next to the file that names it, or in the project's own folder. */
export function bases({ base }: Project): string[] {
  return base === "" || base === "." ? [""] : [base, ""];
}

/**
 * The first of these files that exists: all of them next to the file that names them, then in the project's own folder.
 */
export async function findFile(project: Project, ...paths: readonly string[]): Promise<string | undefined> {
  for (const base of bases(project)) {
    for (const file of paths.map((path) => posix.join(base, path))) if (await project.dir.isFile(file)) return file;
  }
  return undefined;
}

import type { ProjectDir } from "./documents/project-dir.ts";
import type { Findings, Place } from "./finding.ts";

/** A project while it is read. */
export interface Project {
  dir: ProjectDir;
  findings: Findings;
  /** False for a check: the project's own code is then looked at, never run. */
  runsCode: boolean;
}

/** An object of a project file, with the place of each of its keys: they may come from several files. */
export interface Part<Keys> {
  keys: Keys;
  /** Where a key of it stands; the object itself without a key. */
  at: (...path: readonly (string | number)[]) => Place;
}

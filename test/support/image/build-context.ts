import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, join, matchesGlob } from "node:path";
import { root } from "../source-files.ts";

/**
 * Whether `.dockerignore` excludes a file from the build context. Like the builder: a pattern is relative to the root,
 * a match of a folder applies to everything below it, the last match decides, `!` includes again.
 */
export function ignoredByDocker(path: string, patterns: readonly string[]): boolean {
  let ignored = false;
  for (const line of patterns) {
    const takesBack = line.startsWith("!");
    const pattern = takesBack ? line.slice(1) : line;
    for (let part = path; part !== "."; part = dirname(part)) {
      if (matchesGlob(part, pattern)) ignored = !takesBack;
    }
  }
  return ignored;
}

/** The patterns of the repository's `.dockerignore`. */
export function dockerIgnorePatterns(): string[] {
  return readFileSync(join(root, ".dockerignore"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Copies to a folder what a build from a clean clone, with local changes, sends to the builder. */
export function copyBuildContext(folder: string): void {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const patterns = dockerIgnorePatterns();
  for (const path of listed.toString().split("\0")) {
    if (path === "" || ignoredByDocker(path, patterns) || !existsSync(join(root, path))) continue;
    cpSync(join(root, path), join(folder, path));
  }
}

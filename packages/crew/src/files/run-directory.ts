import { mkdir, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Run } from "../run/run.ts";

/**
 * The absolute path of a file in the run's own directory. Throws `forbidden` for anything that would lie outside, by
 * `..`, an absolute path, a shell's sign or a symbolic link, and `configuration` where the run has no directory.
 */
export async function pathInRun(run: Run, path: string): Promise<string> {
  const { directory } = run.context;
  if (directory === undefined) {
    throw new AppError(`"${path}" cannot be used: this run has no directory for files`, {
      code: ErrorCode.configuration,
    });
  }
  if (path === "" || isAbsolute(path) || /[\0$~|<>&;*?\\]/.test(path) || path.split("/").includes("..")) {
    throw outside(path);
  }
  await mkdir(directory, { recursive: true });
  const root = await realpath(directory);
  const wanted = join(root, path);
  const existing = await deepestExisting(wanted);
  const inside = relative(root, existing);
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw outside(path);
  return wanted;
}

/** Where the longest part of a path that exists really lies, symbolic links followed. */
async function deepestExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!missing || dirname(path) === path) throw error;
    return deepestExisting(dirname(path));
  }
}

function outside(path: string): AppError {
  return new AppError(
    `"${path}" is no path inside the run's directory: write it relative, without .. and without ~ $ * ?`,
    {
      code: ErrorCode.forbidden,
    },
  );
}

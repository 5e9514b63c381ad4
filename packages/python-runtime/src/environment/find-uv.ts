import { access, mkdir } from "node:fs/promises";
import { constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { runTool } from "./run-tool.ts";

export interface ToolOptions {
  /** Folder for what Python projects need on this machine. */
  dataDir: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Receives lines of progress. */
  say: (line: string) => void;
}

/** The oldest Python that crewai supports. */
const oldest = [3, 10] as const;

/**
 * uv, which builds environments: from PATH, else from PyPI into a virtual environment of its own.
 * @throws AppError `configuration` if there is neither uv nor a Python that is new enough
 */
export async function findUv(options: ToolOptions): Promise<string> {
  const onPath = await onSearchPath("uv", options.env["PATH"] ?? "");
  if (onPath !== undefined) return onPath;
  const folder = resolve(options.dataDir, "uv");
  const own = join(folder, "bin", "uv");
  if (await isExecutable(own)) return own;
  const python = await findPython(options);
  if (python === undefined) {
    throw new AppError("Neither uv nor Python 3.10 or newer is on the PATH. Install one: https://docs.astral.sh/uv", {
      code: ErrorCode.configuration,
    });
  }
  options.say("uv is not on the PATH: installing it from PyPI");
  await mkdir(options.dataDir, { recursive: true });
  await runTool(python, ["-m", "venv", folder], options);
  await runTool(join(folder, "bin", "python"), ["-m", "pip", "install", "--quiet", "uv"], options);
  return own;
}

/** The executable of a Python on the PATH that is new enough for crewai; undefined if there is none. */
export async function findPython({ env }: Pick<ToolOptions, "env">): Promise<string | undefined> {
  for (const name of ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"]) {
    const path = await onSearchPath(name, env["PATH"] ?? "");
    if (path === undefined) continue;
    const code = "import sys; print(*sys.version_info[:2], sys.executable)";
    const printed = await runTool(path, ["-c", code], { env }).catch(() => "");
    const [, major = 0, minor = 0, executable] = /^(\d+) (\d+) (.+)$/m.exec(printed) ?? [];
    // The command on the PATH may be a script that selects a version (pyenv), and itself needs a PATH.
    if (Number(major) === oldest[0] && Number(minor) >= oldest[1]) return executable;
  }
  return undefined;
}

async function onSearchPath(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, name);
    if (folder !== "" && (await isExecutable(path))) return path;
  }
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

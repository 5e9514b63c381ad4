import { resolve } from "node:path";
import { errorMessage } from "@crewstream/contracts";
import { findPython, type ToolOptions } from "../environment/find-uv.ts";
import { findTargets } from "./find-targets.ts";

/** Something about a project that its author should know: an error prevents it from being served. */
export interface ProjectFinding {
  /** File and line, or `.` for the project. */
  path: string;
  severity: "error" | "warning";
  message: string;
}

/**
 * Findings about a Python project, from its source alone: nothing of it is imported, and no environment is needed,
 * except for a Python on the PATH.
 */
export async function checkPythonProject(dir: string, env: ToolOptions["env"]): Promise<ProjectFinding[]> {
  const python = await findPython({ env });
  if (python === undefined) {
    const message = "it is written in Python and cannot be checked: there is no Python 3.10 or newer on the PATH";
    return [{ path: ".", severity: "warning", message }];
  }
  try {
    const { outdated } = await findTargets(python, resolve(dir));
    return outdated.map(({ file, line, what }) => ({ path: `${file}:${line}`, severity: "warning", message: what }));
  } catch (error) {
    return [{ path: ".", severity: "error", message: errorMessage(error) }];
  }
}

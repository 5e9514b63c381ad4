import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { childFile } from "../child/python-child.ts";
import { findUv, type ToolOptions } from "./find-uv.ts";
import { environmentFolder, interpreterIn, libraryVersion } from "./python-environment.ts";
import { assertSupported } from "./supported-crewai.ts";
import { runTool } from "./run-tool.ts";

/** Parent folders in which a project's requirements.txt is looked up: a repository of several projects has one. */
const maxParents = 3;

export interface SyncedEnvironment {
  python: string;
  crewai: string;
}

/**
 * Builds a project's environment from its uv.lock, pyproject.toml or requirements.txt, with bytecode compiled: without it
 * each start of a run costs twice the CPU time. The one before stays until the new one is complete.
 * @throws AppError `configuration` with uv's own words when it cannot be built
 */
export async function syncEnvironment(project: string, options: ToolOptions): Promise<SyncedEnvironment> {
  const folder = await environmentFolder(options.dataDir, project);
  const uv = await findUv(options);
  const next = `${folder}.next`;
  await rm(next, { recursive: true, force: true });
  await mkdir(dirname(next), { recursive: true });
  const env = { ...options.env, UV_PROJECT_ENVIRONMENT: next, VIRTUAL_ENV: "", PYTHONDONTWRITEBYTECODE: undefined };
  const run = (...args: string[]): Promise<string> => runTool(uv, args, { cwd: project, env, say: options.say });
  let crewai: string | undefined;
  try {
    await run("venv", "--quiet", "--relocatable", next);
    await install(project, interpreterIn(next), run);
    crewai = await libraryVersion(interpreterIn(next));
    if (crewai === undefined) {
      throw new AppError("The project's dependencies do not include crewai.", { code: ErrorCode.configuration });
    }
    assertSupported(crewai);
  } catch (error) {
    // An environment takes about 900 MB.
    await rm(next, { recursive: true, force: true });
    throw error;
  }
  await rm(folder, { recursive: true, force: true });
  await rename(next, folder);
  return { python: interpreterIn(folder), crewai };
}

async function install(project: string, python: string, run: (...args: string[]) => Promise<string>): Promise<void> {
  if (await isFile(join(project, "uv.lock"))) {
    await run("sync", "--frozen", "--compile-bytecode", "--no-dev", "--no-install-project");
    return;
  }
  const pip = (...args: string[]) => run("pip", "install", "--compile-bytecode", "--python", python, ...args);
  const pyproject = await readFile(join(project, "pyproject.toml"), "utf8").catch(() => "");
  if (/^\[project\]/m.test(pyproject)) {
    await pip("-r", "pyproject.toml");
  } else if (/^\[tool\.poetry\.dependencies\]/m.test(pyproject)) {
    // uv does not read Poetry's table. Python 3.10 has no TOML parser.
    await pip("tomli");
    const requirements = await run("run", "--no-project", "--python", python, childFile, "requirements", project);
    await pip(...requirements.split("\n").filter((line) => line !== ""));
  }
  // A pyproject.toml may be there for other tools only.
  if ((await libraryVersion(python)) !== undefined) return;
  const file = await requirementsFile(project);
  await (file === undefined ? pip("crewai[tools]") : pip("-r", file));
}

async function requirementsFile(project: string): Promise<string | undefined> {
  for (let folder = project, level = 0; level <= maxParents; folder = dirname(folder), level += 1) {
    const file = join(folder, "requirements.txt");
    if (await isFile(file)) return file;
  }
  return undefined;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

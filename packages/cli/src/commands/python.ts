import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { variables } from "@crewstream/service";
import type { Command } from "commander";
import type { Io } from "../output/io.ts";

const settingsSchema = variables.pick({ AUTOMATIONS_DIR: true, PYTHON_DIR: true });

/** The same folders as `npm start` uses. */
function settingsOf({ env }: Io): { AUTOMATIONS_DIR: string; PYTHON_DIR: string } {
  const dataDir = env["DATA_DIR"] || ".crewstream";
  return settingsSchema.parse({ PYTHON_DIR: join(dataDir, "python"), ...env });
}

/** `crewstream python sync`: builds the environments that Python projects run in. Nothing else installs anything. */
export function addPythonCommand(program: Command, io: Io): void {
  const python = program.command("python").description("Set up this machine for automations in Python");
  python
    .command("sync [names...]")
    .description("Build the environments of Python projects in AUTOMATIONS_DIR from their lock file or dependencies")
    .option("--all", "build the environments of all Python projects")
    .action(async (names: string[], options: { all?: boolean }) => {
      const settings = settingsOf(io);
      const found = await pythonProjects(settings.AUTOMATIONS_DIR);
      const wanted = options.all === true ? [...found.keys()] : names;
      if (wanted.length === 0) throw refused(`Name a project, or use --all. Projects: ${listed(found)}`);
      for (const name of wanted)
        if (!found.has(name)) throw refused(`There is no project ${name}. Projects: ${listed(found)}`);
      for (const name of wanted) await sync(io, name, { folder: found.get(name) ?? "", dataDir: settings.PYTHON_DIR });
    });
}

/** The Python projects in a folder of automations, by the name of their own folder. */
async function pythonProjects(dir: string): Promise<Map<string, string>> {
  const { isPythonProject } = await import("@crewstream/python-runtime");
  const root = resolve(dir);
  const found = new Map<string, string>();
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const folder = join(root, entry.name);
    if (/^[._]/.test(entry.name) || entry.name === "node_modules" || entry.isFile()) continue;
    if (await isPythonProject(folder)) found.set(entry.name, folder);
  }
  return found;
}

async function sync(io: Io, name: string, { folder, dataDir }: { folder: string; dataDir: string }): Promise<void> {
  const { syncEnvironment } = await import("@crewstream/python-runtime");
  io.remark(`${name}: building its environment; crewai and its dependencies take about 900 MB\n`);
  const say = (line: string): void => io.remark(`  ${line}\n`);
  const { python, crewai } = await syncEnvironment(folder, { dataDir, env: io.env, say });
  io.write(`${name}: crewai ${crewai} in ${python}\nCrew workers serve it within seconds.\n`);
}

function listed(found: ReadonlyMap<string, string>): string {
  return [...found.keys()].sort().join(", ") || "no Python projects";
}

function refused(message: string): AppError {
  return new AppError(message, { code: ErrorCode.invalidInput });
}

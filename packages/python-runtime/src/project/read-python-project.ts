import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError, ErrorCode } from "@crewstream/contracts";
import { childEnvironment } from "../child/child-environment.ts";
import { descriptionSchema, type Description, type Target } from "../child/messages.ts";
import { modelVariables } from "../gateway/run-models.ts";
import type { PythonProject } from "../run/python-automation.ts";
import { describe } from "./describe.ts";
import { findTargets } from "./find-targets.ts";
import { projectVariables } from "./project-variables.ts";
import { findInterpreter } from "../environment/python-environment.ts";

const describeLimitMs = 180_000;

export interface ReadPythonOptions {
  /** Folder for environments, descriptions and homes. */
  dataDir: string;
  /** The worker's own PATH. */
  path: string;
  /** What automations may see of the worker's environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** Hash of the project's files: what it takes is asked once for each. */
  version: string;
}

/**
 * The automations of a Python project, by name: its folder's, with the target's where it names several.
 * @throws AppError `configuration` when its environment is missing, or when its code cannot be imported
 */
export async function readPythonProject(
  folder: string,
  options: ReadPythonOptions,
): Promise<{ name: string; project: PythonProject }[]> {
  const root = resolve(folder);
  const python = await findInterpreter(options.dataDir, root);
  if (python === undefined) {
    throw new AppError(`its Python environment is not set up: crewstream python sync ${basename(root)}`, {
      code: ErrorCode.configuration,
    });
  }
  const { targets, description, replays } = await findTargets(python, root);
  const projects: { name: string; project: PythonProject }[] = [];
  for (const target of targets) {
    const name = target.name === "" ? basename(root) : `${basename(root)}-${target.name}`;
    const takes = await described(root, { ...options, python, target, name });
    projects.push({ name, project: { root, python, target, replays, description, takes } });
  }
  return projects;
}

interface DescribeStep extends ReadPythonOptions {
  python: string;
  target: Target;
  name: string;
}

/** What a target takes, from the cache where its files and its interpreter are the same; an error is not kept. */
async function described(root: string, step: DescribeStep): Promise<Description> {
  const { dataDir, python, target, version } = step;
  const key = createHash("sha256")
    .update(JSON.stringify([root, python, target, version]))
    .digest("hex")
    .slice(0, 32);
  const file = join(resolve(dataDir), "descriptions", `${key}.json`);
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) {
    const parsed = descriptionSchema.safeParse(JSON.parse(kept));
    if (parsed.success) return parsed.data;
  }
  const home = resolve(dataDir, "home", step.name);
  await mkdir(join(home, "storage"), { recursive: true });
  const project = await projectVariables(root);
  const models = { ...step.env, ...project };
  const env = childEnvironment({
    python,
    path: step.path,
    home,
    storage: join(home, "storage"),
    shared: step.env,
    project,
    // Keys that its constructors ask for; nothing is asked of a model here.
    fixed: modelVariables("http://127.0.0.1:9", { defaultModel: "offline/demo" }, models),
  });
  const takes = await describe({ python, project: root, target, env, limitMs: describeLimitMs });
  const found = descriptionSchema.parse(takes);
  await mkdir(dirname(file), { recursive: true });
  // Another worker of this machine may do the same: whoever renames last has written the same.
  await writeFile(`${file}.${process.pid}`, JSON.stringify(found));
  await rename(`${file}.${process.pid}`, file);
  return found;
}

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import { childEnvironment } from "../child/child-environment.ts";
import { descriptionSchema, type Description, type Target } from "../child/messages.ts";
import { environmentVersions, findInterpreter } from "../environment/python-environment.ts";
import { assertSupported } from "../environment/supported-crewai.ts";
import { modelVariables } from "../gateway/run-models.ts";
import type { PythonProject } from "../run/python-automation.ts";
import { describe } from "./describe.ts";
import { findTargets } from "./find-targets.ts";
import { projectVariables } from "./project-variables.ts";

/** Importing crewai takes up to 14 s of CPU time, on a busy machine. */
const describeLimitMs = 180_000;

export interface ReadPythonOptions {
  /** Folder for environments, descriptions and homes. */
  dataDir: string;
  /** The worker's own PATH. */
  path: string;
  /** The variables of the worker's environment that automations may see. */
  env: Readonly<Record<string, string | undefined>>;
  /** Hash of the project's files: its inputs are determined once for each. Not called for a project that needs setup. */
  version: () => Promise<string>;
  /** Whether its code may be imported; else only what was described before is known. */
  imports: boolean;
  /** Ends a description in progress. */
  signal: AbortSignal;
}

/** One automation of a project; `undescribed` until its code has been imported once. */
export type PythonTarget = { name: string } & (
  | { state: "ready"; project: PythonProject }
  | { state: "undescribed" }
  | { state: "failed"; reason: string }
);

export type ReadPythonProject =
  | { state: "needs_setup"; reason: string; fix: string }
  | { state: "read"; version: string; environment: { python: string; crewai: string }; targets: PythonTarget[] };

/**
 * The automations of a Python project, by name: its folder's, with the target's if it names several. One whose code
 * cannot be imported does not affect the others.
 * @throws AppError `configuration` if it is ambiguous what it runs
 */
export async function readPythonProject(folder: string, options: ReadPythonOptions): Promise<ReadPythonProject> {
  const root = resolve(folder);
  const fix = `npx crewstream python sync ${basename(root)}`;
  const python = await findInterpreter(options.dataDir, root);
  if (python === undefined) return { state: "needs_setup", reason: "its Python environment is not set up", fix };
  const environment = await environmentVersions(python);
  if (environment === undefined) {
    return {
      state: "needs_setup",
      reason: `crewai is not installed in its environment ${dirname(dirname(python))}`,
      fix,
    };
  }
  const { targets, outdated, description, replays } = await findTargets(python, root);
  const version = await options.version();
  const lines = outdated.map(({ file, line, what }) => `\n${file}:${line} ${what}`).join("");
  const read: PythonTarget[] = [];
  for (const target of targets) {
    const name = target.name === "" ? basename(root) : `${basename(root)}-${target.name}`;
    try {
      assertSupported(environment.crewai);
      const step = { ...options, version, python, target, name, crewai: environment.crewai };
      const takes = await described(root, step);
      if (takes === undefined) read.push({ name, state: "undescribed" });
      else read.push({ name, state: "ready", project: { root, python, target, replays, description, takes } });
    } catch (error) {
      if (!AppError.is(error, ErrorCode.configuration)) throw error;
      read.push({ name, state: "failed", reason: `${errorMessage(error)}${lines}` });
    }
  }
  return { state: "read", version, environment, targets: read };
}

interface DescribeOptions extends Omit<ReadPythonOptions, "version"> {
  version: string;
  python: string;
  crewai: string;
  target: Target;
  name: string;
}

const keptSchema = z.object({ key: z.string(), takes: descriptionSchema });

/**
 * What a target takes, from the cache where its files, its interpreter and crewai are the same; an error is not kept.
 * Undefined when it would have to be imported and must not.
 */
async function described(root: string, step: DescribeOptions): Promise<Description | undefined> {
  const { dataDir, python, crewai, target, version } = step;
  const key = hashOf([python, crewai, target, version]);
  // One file per target: that of an earlier version is replaced.
  const file = join(resolve(dataDir), "descriptions", `${hashOf([root, target.name])}.json`);
  const kept = keptSchema.safeParse(await readFile(file, "utf8").then(jsonOf, () => undefined));
  if (kept.success && kept.data.key === key) return kept.data.takes;
  if (!step.imports) return undefined;
  const takes = descriptionSchema.parse(await describe(await orderOf(root, step)));
  await mkdir(dirname(file), { recursive: true });
  // Other workers on this machine write the same content, so it does not matter which rename comes last.
  await writeFile(`${file}.${process.pid}`, JSON.stringify({ key, takes }));
  await rename(`${file}.${process.pid}`, file);
  return takes;
}

async function orderOf(root: string, step: DescribeOptions): Promise<Parameters<typeof describe>[0]> {
  const { dataDir, python, target, signal } = step;
  const home = resolve(dataDir, "home", step.name);
  await mkdir(join(home, "storage"), { recursive: true });
  const project = await projectVariables(root);
  const env = childEnvironment({
    python,
    path: step.path,
    home,
    storage: join(home, "storage"),
    shared: step.env,
    project,
    // Keys that its constructors require; no model is called here.
    fixed: modelVariables("http://127.0.0.1:9", { defaultModel: "offline/demo" }, { ...step.env, ...project }),
  });
  return { python, project: root, target, env, limitMs: describeLimitMs, signal };
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

/** A file that was truncated by a crash is ignored. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

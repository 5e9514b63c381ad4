import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import {
  AppError,
  automationNameSchema,
  ErrorCode,
  errorMessage,
  flowGraphSchema,
  type AutomationAnnouncement,
} from "@crewstream/contracts";
import {
  importModule,
  modelProblems,
  originOf,
  secretRemover,
  type Automation,
  type ErrorView,
} from "@crewstream/crew";
import { findingText, readProject } from "@crewstream/crewai-project";
import { isPythonProject, type PythonProject } from "@crewstream/python-runtime";
import { z } from "zod";
import { projectVersion } from "./project-version.ts";

export interface LoadedAutomation {
  announcement: AutomationAnnouncement;
  automation: Automation;
  /** What may not work as its author expects: in a CrewAI project, keys that have no effect here. */
  warnings: string[];
}

/** An automation that is served: its announcement, and the path from which a run's thread loads it. */
export interface ServedEntry {
  announcement: AutomationAnnouncement;
  path: string;
  /** Folder of its code. */
  root: string;
  /** Set for an automation that runs in Python. */
  python?: PythonProject;
}

/** What finding automations requires in addition to their folder. */
export interface FindOptions {
  dir: string;
  /** The variables of the worker's environment that automations may see. */
  env: Record<string, string>;
  /** `MODEL` and `MODEL_OVERRIDE`. */
  defaultModel: string;
  modelOverride?: string | undefined;
}

/** The automations of a folder: those that load, their warnings, and why the others do not load. */
export interface Registry {
  entries: ServedEntry[];
  /** Folders of Python projects, which are read in their own environments: see `PythonProjects`. */
  pythonFolders: string[];
  warnings: { path: string; warning: string }[];
  problems: { path: string; name: string; reason: string }[];
}

const sourceExtensions = new Set([".ts", ".mts", ".js", ".mjs"]);

/** The result of `defineCrew` and `defineFlow`; any other default export is rejected. */
const automationShape = z.object({
  kind: z.enum(["crew", "flow"]),
  description: z.string(),
  inputs: z.array(z.string()),
  required: z.array(z.string()),
  run: z.function(),
});

/**
 * Finds every automation under `dir`: a source file, or a folder with an `index` file, whose default export comes from
 * `defineCrew` or `defineFlow`; or a folder with a CrewAI project (crew.jsonc, flow.yaml; Python projects are only
 * listed). It loads each of them, so it runs in a thread: side effects of an import (throwing, blocking, exiting) must
 * not affect the process.
 * @throws AppError `configuration` if the folder cannot be read
 */
export async function findAutomations(options: FindOptions): Promise<Registry> {
  const root = resolve(options.dir);
  const names = await readdir(root).catch((cause: unknown) => {
    throw new AppError(`AUTOMATIONS_DIR ${root} cannot be read: ${errorMessage(cause)}.`, {
      code: ErrorCode.configuration,
      cause,
    });
  });
  const removeSecrets = secretRemover(options.env);
  const registry: Registry = { entries: [], pythonFolders: [], warnings: [], problems: [] };
  for (const name of names.sort()) {
    if (/^[._]/.test(name) || name === "node_modules") continue;
    const path = join(root, name);
    try {
      const found = await entryAt(path, options);
      if (found === "python") registry.pythonFolders.push(path);
      if (found === undefined || found === "python") continue;
      const { announcement } = found.entry;
      if (registry.entries.some((each) => each.announcement.name === announcement.name)) {
        throw new Error(`another file serves the name ${announcement.name} already`);
      }
      registry.entries.push(found.entry);
      for (const warning of found.warnings) registry.warnings.push({ path, warning });
    } catch (error) {
      const reason = reasonOf(error, { root, removeSecrets });
      registry.problems.push({
        path,
        name: basename(path, sourceFile(path) === undefined ? "" : extname(path)),
        reason,
      });
    }
  }
  return registry;
}

/** Why an automation does not load, with the location in its code if known: `Expression expected (half.ts:3)`. */
function reasonOf(error: unknown, view: ErrorView): string {
  const location = originOf(error, view)?.location;
  return `${view.removeSecrets(errorMessage(error))}${location === undefined ? "" : ` (${location})`}`;
}

/** The automation at a path under the automations' folder; `python` for a project that Python runs. */
async function entryAt(
  path: string,
  options: FindOptions,
): Promise<{ entry: ServedEntry; warnings: string[] } | "python" | undefined> {
  const isFolder = (await stat(path)).isDirectory();
  const isPython = isFolder && (await entryFile(path)) === undefined && (await isPythonProject(path));
  if (isPython) return "python";
  const loaded = await loadEntry(path);
  if (loaded === undefined) return undefined;
  const problems = await modelProblems(loaded.automation, options);
  const warnings = [...loaded.warnings, ...problems];
  const announcement = { ...loaded.announcement, ...(warnings.length === 0 ? {} : { warnings }) };
  return { entry: { announcement, path, root: isFolder ? path : dirname(path) }, warnings };
}

/** Loads the automation at a path under the automations' folder; undefined if there is none. */
export async function loadEntry(path: string): Promise<LoadedAutomation | undefined> {
  const isFolder = (await stat(path)).isDirectory();
  const file = isFolder ? await entryFile(path) : sourceFile(path);
  if (file === undefined) return isFolder ? loadFolder(path) : undefined;
  return loadModule(file, isFolder ? basename(path) : basename(path, extname(path)));
}

async function loadModule(file: string, fileName: string): Promise<LoadedAutomation> {
  const module = await importModule(file);
  const shape = automationShape.safeParse(module["default"]);
  if (!shape.success) throw new Error("its default export is not made by defineCrew or defineFlow");
  const automation = module["default"] as Automation;
  const name = automationNameSchema.safeParse(automation.name ?? fileName);
  if (!name.success)
    throw new Error(
      `its name ${JSON.stringify(automation.name ?? fileName)} is not valid as a path: ${name.error.issues[0]?.message}`,
    );
  const version = createHash("sha256")
    .update(await readFile(file))
    .digest("hex")
    .slice(0, 12);
  return { automation, warnings: [], announcement: announcementOf(automation, name.data, version) };
}

/** A CrewAI project: served under its name if that is valid in a path, else under its folder's. */
async function loadFolder(folder: string): Promise<LoadedAutomation | undefined> {
  const { automation, findings, isProject } = await readProject(folder);
  if (!isProject) return undefined;
  if (automation === undefined) {
    const errors = findings.filter(({ severity }) => severity === "error");
    const found = errors.length === 1 ? "an error" : `${errors.length} errors`;
    throw new Error(`${found} in the project:\n${errors.map(findingText).join("\n")}`);
  }
  const name = [automation.name, basename(folder)].find((each) => automationNameSchema.safeParse(each).success);
  if (name === undefined) throw new Error(`the folder's name is not valid as a path: ${basename(folder)}`);
  const version = await projectVersion(folder);
  const warnings = findings.map(findingText);
  return { automation, warnings, announcement: announcementOf(automation, name, version) };
}

function announcementOf(automation: Automation, name: string, version: string): AutomationAnnouncement {
  const { kind, description, inputs, required, inputsSchema, outputSchema, chatInput } = automation;
  return {
    name,
    kind,
    description,
    inputs,
    required,
    version,
    ...graphOf(automation),
    ...(inputsSchema === undefined ? {} : { inputs_schema: inputsSchema }),
    ...(outputSchema === undefined ? {} : { output_schema: outputSchema }),
    ...(chatInput === undefined ? {} : { chat_input: chatInput }),
  };
}

/** A larger graph is no help to a reader, and announcements are renewed every few seconds. */
const maxGraphNodes = 100;

function graphOf(automation: Automation): Pick<AutomationAnnouncement, "graph"> {
  const graph = flowGraphSchema.safeParse("graph" in automation ? automation.graph : undefined);
  return graph.success && graph.data.nodes.length <= maxGraphNodes ? { graph: graph.data } : {};
}

function sourceFile(path: string): string | undefined {
  return sourceExtensions.has(extname(path)) && !/\.(test|d)\.[mc]?ts$/.test(path) ? path : undefined;
}

async function entryFile(folder: string): Promise<string | undefined> {
  for (const extension of sourceExtensions) {
    const path = join(folder, `index${extension}`);
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

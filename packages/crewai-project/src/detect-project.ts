import { posix } from "node:path";
import { within, type Place } from "./finding.ts";
import type { Project } from "./project.ts";

/** What a folder holds: which format, and the file or folder to begin with. */
export type Detected = { description?: string } & (
  | { kind: "crew"; file: string; named?: Place }
  | { kind: "flow"; file: string; named?: Place }
  | { kind: "classic"; folder: string }
);

/**
 * Tells what project a folder holds, as `crewai run` does: by `[tool.crewai]` of its pyproject.toml, else by the files
 * that are there (crew.jsonc before crew.json, flow.yaml, a classic crew's config/). Undefined for a folder that is no
 * CrewAI project, and, with a finding, for one that is and cannot be served.
 */
export async function detectProject(project: Project): Promise<Detected | undefined> {
  const { dir, findings } = project;
  if (await dir.isFile("pyproject.toml")) {
    const document = await dir.document("pyproject.toml");
    if (document === undefined) return undefined;
    const settings = crewaiSettings(document.value);
    const top: Place = { document, path: ["tool", "crewai"] };
    const detected = settings === undefined ? undefined : await fromSettings(project, settings, top);
    const description = descriptionIn(document.value);
    if (settings !== undefined)
      return detected && { ...detected, ...(description === undefined ? {} : { description }) };
  }
  for (const file of ["crew.jsonc", "crew.json"]) if (await dir.isFile(file)) return { kind: "crew", file };
  for (const file of ["flow.yaml", "flow.yml", "flow.json"]) if (await dir.isFile(file)) return { kind: "flow", file };
  const classic = await classicFolder(project);
  if (classic !== undefined) return { kind: "classic", folder: classic };
  const hasAgents = (await dir.names("agents")).some((name) => /\.jsonc?$/.test(name));
  const hasConfig = (await dir.names("config")).some((name) => /^(agents|tasks)\.ya?ml$/.test(name));
  if (hasAgents || hasConfig) {
    findings.error(".", "holds parts of a crew, but no crew.jsonc, flow.yaml or config/agents.yaml");
  }
  return undefined;
}

async function fromSettings(
  project: Project,
  settings: Readonly<Record<string, unknown>>,
  top: Place,
): Promise<Detected | undefined> {
  const { dir, findings } = project;
  const { type, definition } = settings;
  if (type !== "crew" && type !== "flow") {
    findings.error(within(top, "type"), `must be "crew" or "flow" to be served, not ${JSON.stringify(type)}`);
    return undefined;
  }
  if (definition !== undefined) {
    const named = within(top, "definition");
    if (typeof definition !== "string") {
      findings.error(named, "must be the path of a file");
      return undefined;
    }
    if ((await dir.kindOf(definition)) !== "file") {
      await dir.text(definition, named);
      return undefined;
    }
    return { kind: type, file: posix.normalize(definition), named };
  }
  if (type === "flow") {
    for (const file of ["flow.yaml", "flow.yml", "flow.json"])
      if (await dir.isFile(file)) return { kind: "flow", file };
    const crews = await innerCrews(project);
    const alone = crews.length === 0 ? "" : `; what can be served by itself: ${crews.join(", ")}`;
    findings.error(
      top,
      'a flow without a "definition" is written in Python, which does not run here',
      `write it as flow.yaml, or in TypeScript with defineFlow${alone}`,
    );
    return undefined;
  }
  for (const file of ["crew.jsonc", "crew.json"]) if (await dir.isFile(file)) return { kind: "crew", file };
  const folder = await classicFolder(project);
  if (folder !== undefined) return { kind: "classic", folder };
  findings.error(top, "no crew.jsonc and no config/agents.yaml is there");
  return undefined;
}

/** The folder with config/agents.yaml: the project itself, or src/<package>. */
async function classicFolder({ dir }: Project): Promise<string | undefined> {
  const packages = (await dir.names("src")).map((name) => `src/${name}`);
  for (const folder of ["", ...packages]) {
    for (const name of ["agents.yaml", "agents.yml"]) {
      if (await dir.isFile(posix.join(folder, "config", name))) return folder;
    }
  }
  return undefined;
}

/** Folders of the classic crews inside a Python flow, where `crewai create flow` puts them. */
async function innerCrews({ dir }: Project): Promise<string[]> {
  const found: string[] = [];
  for (const name of await dir.names("src")) {
    for (const crew of await dir.names(`src/${name}/crews`)) {
      const folder = `src/${name}/crews/${crew}`;
      if (await dir.isFile(`${folder}/config/agents.yaml`)) found.push(folder);
    }
  }
  return found;
}

function crewaiSettings(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const tool = (value as { tool?: { crewai?: unknown } }).tool?.crewai;
  return typeof tool === "object" && tool !== null ? (tool as Record<string, unknown>) : undefined;
}

/** What the project says of itself: it describes a crew, which has no description of its own. */
function descriptionIn(value: unknown): string | undefined {
  const { project } = value as { project?: { description?: unknown } };
  return typeof project?.description === "string" ? project.description : undefined;
}

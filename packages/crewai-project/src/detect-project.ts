import { posix } from "node:path";
import { within, type Location } from "./finding.ts";
import type { Project } from "./project.ts";

/** A folder's kind of project: a crew or a flow, and the file that declares it. */
export interface Detected {
  description?: string;
  kind: "crew" | "flow";
  file: string;
  named?: Location;
}

/**
 * Detects a folder's kind of project, as `crewai run` does: by `[tool.crewai]` of its pyproject.toml, else by existing
 * files (crew.jsonc before crew.json, flow.yaml). Undefined for a folder that is not a CrewAI project, and, with a
 * finding, for one that is and cannot be served. Python projects are not detected here: Python runs them.
 */
export async function detectProject(project: Project): Promise<Detected | undefined> {
  const { dir, findings } = project;
  if (await dir.isFile("pyproject.toml")) {
    const document = await dir.document("pyproject.toml");
    if (document === undefined) return undefined;
    const settings = crewaiSettings(document.value);
    const top: Location = { document, path: ["tool", "crewai"] };
    const detected = settings === undefined ? undefined : await fromSettings(project, settings, top);
    const description = descriptionIn(document.value);
    if (settings !== undefined)
      return detected && { ...detected, ...(description === undefined ? {} : { description }) };
  }
  for (const file of ["crew.jsonc", "crew.json"]) if (await dir.isFile(file)) return { kind: "crew", file };
  for (const file of ["flow.yaml", "flow.yml", "flow.json"]) if (await dir.isFile(file)) return { kind: "flow", file };
  const hasAgents = (await dir.names("agents")).some((name) => /\.jsonc?$/.test(name));
  const hasConfig = (await dir.names("config")).some((name) => /^(agents|tasks)\.ya?ml$/.test(name));
  if (hasAgents || hasConfig) {
    findings.error(".", "contains parts of a crew, but no crew.jsonc, no flow.yaml and no Python code");
  }
  return undefined;
}

async function fromSettings(
  project: Project,
  settings: Readonly<Record<string, unknown>>,
  top: Location,
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
    findings.error(top, 'there is no flow.yaml, no "definition" and no Python code');
    return undefined;
  }
  for (const file of ["crew.jsonc", "crew.json"]) if (await dir.isFile(file)) return { kind: "crew", file };
  findings.error(top, 'there is no crew.jsonc, no "definition" and no Python code');
  return undefined;
}

function crewaiSettings(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const tool = (value as { tool?: { crewai?: unknown } }).tool?.crewai;
  return typeof tool === "object" && tool !== null ? (tool as Record<string, unknown>) : undefined;
}

/** The project's own description: a crew does not have one. */
function descriptionIn(value: unknown): string | undefined {
  const { project } = value as { project?: { description?: unknown } };
  return typeof project?.description === "string" ? project.description : undefined;
}

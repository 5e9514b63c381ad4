import { posix } from "node:path";
import type { AgentDefinition, Crew } from "@crewstream/crew";
import { readAgent } from "../crew/build-agent.ts";
import { buildCrew } from "../crew/build-crew.ts";
import { checkSchema } from "../check-schema.ts";
import { within, type Place } from "../finding.ts";
import type { Project } from "../project.ts";
import { crewFileSchema } from "../schema/crew-schema.ts";
import { crewSettings } from "./crew-settings.ts";
import { configPath, crewMethods } from "./crew-module.ts";
import { defaultInputs } from "./default-inputs.ts";
import { mergeParts, type ClassicSource, type NamedParts } from "./merge-parts.ts";
import { MergedKeys } from "./merged-keys.ts";
import { PythonDocument } from "./python-document.ts";

/**
 * A crew of config/agents.yaml and config/tasks.yaml. Process, order, tools and defaults are read from crew.py and
 * main.py as text; what only running them could tell is a finding. Undefined when the crew cannot run.
 */
export async function readClassicCrew(project: Project, folder: string): Promise<Crew | undefined> {
  const { findings } = project;
  const file = await crewFile(project, folder);
  const text = (await project.dir.isFile(file)) ? await project.dir.text(file) : undefined;
  const agentsYaml = await namedParts(project, folder, "agents", configPath(text ?? "", "agents_config"));
  const tasksYaml = await namedParts(project, folder, "tasks", configPath(text ?? "", "tasks_config"));
  if (agentsYaml === undefined || tasksYaml === undefined) return undefined;
  const python = text === undefined ? undefined : new PythonDocument(file);
  if (python === undefined) {
    findings.warning(
      folder === "" ? "." : folder,
      "there is no crew.py: the crew is sequential, in the order of tasks.yaml",
    );
  }
  const source: ClassicSource = { methods: crewMethods(text ?? ""), findings, python };

  const crew = new MergedKeys({}, python?.place([], { line: 1, column: 1 }) ?? tasksYaml.place);
  crewSettings(source, crew);
  crew.set("inputs", await defaultInputs(project, folder), tasksYaml.place);
  const agentParts = mergeParts(source, agentsYaml, "agent");
  const agents = new Map<string, AgentDefinition | undefined>();
  for (const [name, { keys, place }] of agentParts) agents.set(name, await readAgent(project, keys, place));
  const tasks = [...mergeParts(source, tasksYaml, "task")];
  for (const [name, task] of tasks) task.keys["name"] ??= name;
  crew.set(
    "tasks",
    tasks.map(([, task]) => task.keys),
    { ...tasksYaml.place, elsewhere: new Map<number, Place>(tasks.map(([, task], index) => [index, task.place])) },
  );
  crew.set("agents", [...agents.keys()], agentsYaml.place);
  const { place } = crew;
  const keys = checkSchema(crewFileSchema, place, crew.keys, findings);
  if (keys === undefined) return undefined;
  return (await buildCrew(project, { keys, at: (...path) => within(place, ...path) }, agents)).crew;
}

/** crew.py; a crew inside a Python flow stands in a file named like its folder (content_crew/content_crew.py). */
async function crewFile({ dir }: Project, folder: string): Promise<string> {
  const crew = posix.join(folder, "crew.py");
  if (await dir.isFile(crew)) return crew;
  const named = posix.join(folder, `${posix.basename(folder === "" ? dir.root : folder)}.py`);
  return (await dir.isFile(named)) ? named : crew;
}

/** The agents or tasks of a YAML file: the one that the class names, else CrewAI's own. */
async function namedParts(
  project: Project,
  folder: string,
  name: "agents" | "tasks",
  configured: string | undefined,
): Promise<NamedParts | undefined> {
  const candidates = [configured, `config/${name}.yaml`, `config/${name}.yml`].filter((path) => path !== undefined);
  const paths = candidates.map((path) => posix.join(folder, path));
  let chosen = paths[0] ?? "";
  for (const path of paths.toReversed()) if (await project.dir.isFile(path)) chosen = path;
  const document = await project.dir.document(chosen);
  if (document === undefined) return undefined;
  const place: Place = { document, path: [] };
  const { value } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    project.findings.error(place, `must hold ${name} by name`);
    return undefined;
  }
  const wrong = Object.entries(value).filter(
    ([, part]) => typeof part !== "object" || part === null || Array.isArray(part),
  );
  for (const [key] of wrong) project.findings.error(within(place, key), "must be an object");
  return wrong.length > 0 ? undefined : { place, parts: value as NamedParts["parts"] };
}

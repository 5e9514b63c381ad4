import { posix } from "node:path";
import { AppError, errorMessage } from "@crewstream/contracts";
import {
  type AgentDefinition,
  type Crew,
  type CrewDefinition,
  defineCrew,
  type StepCallback,
  type TaskDefinition,
} from "@crewstream/crew";
import { crewInputs } from "@crewstream/crew/parts";
import { checkSchema } from "../check-schema.ts";
import { within, type Location } from "../finding.ts";
import { nearestName, suggestion } from "../nearest-name.ts";
import { inFolder, type Part, type Project } from "../project.ts";
import { crewFileSchema, inlineCrewSchema, type CrewKeys } from "../schema/crew-schema.ts";
import { readAgent } from "./build-agent.ts";
import { buildEmbedder } from "./build-embedder.ts";
import { buildKnowledge } from "./build-knowledge.ts";
import { buildMemory } from "./build-memory.ts";
import { buildTask } from "./build-task.ts";
import { readManagerTexts } from "./build-prompt-file.ts";
import { buildSkills } from "./build-skills.ts";
import { buildModel, present } from "./build-model.ts";
import { readCallback } from "./checks.ts";
import { checkTasks } from "./check-tasks.ts";

/** A crew and where it was defined. Undefined parts had findings. */
export interface ReadCrew {
  crew: Crew | undefined;
  at: (...path: readonly (string | number)[]) => Location;
}

/** The crew of a crew.jsonc, with the agents/ folder next to it. */
export async function readCrewFile(outer: Project, file: string, named?: Location): Promise<ReadCrew | undefined> {
  const project = inFolder(outer, posix.dirname(file));
  const document = await project.dir.document(file, named);
  if (document === undefined) return undefined;
  const top: Location = { document, path: [] };
  const keys = checkSchema(crewFileSchema, top, document.value, project.findings);
  const folder = posix.join(posix.dirname(file), "agents");
  const names = listedNames(document.value);
  const agents = new Map<string, AgentDefinition | undefined>();
  for (const [index, name] of names.entries()) {
    if (agents.has(name)) {
      project.findings.error(within(top, "agents", index), `the agent ${JSON.stringify(name)} is listed twice`);
    } else agents.set(name, await agentFile(project, folder, name, within(top, "agents", index)));
  }
  if (keys === undefined) return { crew: undefined, at: (...path) => within(top, ...path) };
  const { manager_agent: manager } = keys;
  const managerAgent =
    typeof manager === "string" && !agents.has(manager)
      ? await agentFile(project, folder, manager, within(top, "manager_agent"))
      : undefined;
  return buildCrew(project, { keys, at: (...path) => within(top, ...path) }, agents, managerAgent);
}

/** The names under `agents`, also of a file that has other errors: its agents are checked anyway. */
function listedNames(value: unknown): string[] {
  const agents = typeof value === "object" && value !== null && "agents" in value ? value.agents : [];
  return Array.isArray(agents) ? agents.filter((name) => typeof name === "string") : [];
}

async function agentFile(
  project: Project,
  folder: string,
  name: string,
  at: Location,
): Promise<AgentDefinition | undefined> {
  for (const extension of ["jsonc", "json"]) {
    const file = `${folder}/${name}.${extension}`;
    if (!(await project.dir.isFile(file))) continue;
    const document = await project.dir.document(file, at);
    return document && readAgent(project, document.value, { document, path: [] });
  }
  const files = (await project.dir.names(folder)).map((each) => each.replace(/\.jsonc?$/, ""));
  project.findings.error(at, `there is no ${folder}/${name.slice(0, 80)}.jsonc`, suggestion(name, files));
  return undefined;
}

/** A crew that is defined inside a flow. */
export async function readInlineCrew(project: Project, value: unknown, at: Location): Promise<ReadCrew | undefined> {
  const keys = checkSchema(inlineCrewSchema, at, value, project.findings);
  if (keys === undefined) return undefined;
  const agents = new Map<string, AgentDefinition | undefined>();
  for (const [name, agent, place] of inlineAgents(keys.agents, within(at, "agents"))) {
    if (agents.has(name)) project.findings.error(place, `two agents are named ${JSON.stringify(name)}`);
    else agents.set(name, await readAgent(project, agent, place));
  }
  const manager = keys.manager_agent;
  const managerAgent = typeof manager === "string" ? agents.get(manager) : undefined;
  if (managerAgent !== undefined) agents.delete(manager as string);
  return buildCrew(project, { keys, at: (...path) => within(at, ...path) }, agents, managerAgent);
}

function inlineAgents(agents: unknown, at: Location): [name: string, agent: unknown, at: Location][] {
  const isList = Array.isArray(agents);
  const entries: [string | number, unknown][] = isList ? [...agents.entries()] : Object.entries(agents as object);
  return entries.flatMap(([key, agent]): [string, unknown, Location][] => {
    if (!isList) return [[String(key), agent, within(at, key)]];
    const { name, ...keys } = agent as { name?: unknown };
    if (typeof name === "string") return [[name, keys, within(at, key)]];
    return Object.entries(agent as object).map(([only, inner]) => [only, inner, within(at, key, only)]);
  });
}

/** A crew from its keys and agents. The crew is undefined if anything in it is invalid. */
async function buildCrew(
  project: Project,
  part: Part<CrewKeys>,
  agents: ReadonlyMap<string, AgentDefinition | undefined>,
  managerAgent?: AgentDefinition,
): Promise<ReadCrew> {
  const { keys, at } = part;
  const { findings } = project;
  const tasks: (TaskDefinition | undefined)[] = [];
  for (const [index, task] of keys.tasks.entries()) {
    tasks.push(await buildTask(project, { keys: task, at: (...path) => at("tasks", index, ...path) }));
  }
  const sound = checkTasks(project, part, [...agents.keys()]);
  checkManager(project, part, [...agents.keys()], managerAgent);
  const managerModel = keys.manager_llm ? buildModel(project, keys.manager_llm, at("manager_llm")) : undefined;
  const texts = await readManagerTexts(project, part);
  const manager = managerAgent ?? (texts === undefined ? undefined : { ...texts, ...present({ model: managerModel }) });
  const planningModel = keys.planning_llm ? buildModel(project, keys.planning_llm, at("planning_llm")) : undefined;
  const memoryModel = keys.chat_llm ? buildModel(project, keys.chat_llm, at("chat_llm")) : undefined;
  const memory = buildMemory(project, keys.memory, at("memory"));
  const embedder = buildEmbedder(project, keys.embedder, at("embedder"));
  const knowledge = await buildKnowledge(project, keys.knowledge_sources, at("knowledge_sources"));
  const skills = await buildSkills(project, keys.skills, at("skills"));
  const callbacks = await crewCallbacks(project, part);
  const complete =
    tasks.every((task) => task !== undefined) && [...agents.values()].every((agent) => agent !== undefined);
  if (!sound || !complete || findings.failed) return { crew: undefined, at };
  try {
    const crew = defineCrew({
      ...(keys.name ? { name: keys.name } : {}),
      agents: Object.fromEntries(agents) as Record<string, AgentDefinition>,
      tasks,
      inputs: keys.inputs ?? {},
      ...(knowledge.length === 0 ? {} : { knowledge }),
      ...(skills.length === 0 ? {} : { skills }),
      ...callbacks,
      ...present({
        process: keys.process,
        managerModel,
        managerAgent: manager,
        planning: keys.planning,
        planningModel,
        memory,
        memoryModel,
        embedder,
        cache: keys.cache,
        maxRpm: keys.max_rpm,
        toolFailurePolicy: keys.tool_failure_policy,
      }),
    });
    checkInputs(project, part, crew);
    return { crew, at };
  } catch (error) {
    const faults =
      AppError.is(error) && Array.isArray(error.details?.["faults"]) ? error.details["faults"] : [errorMessage(error)];
    for (const fault of faults) findings.error(at(), String(fault));
    return { crew: undefined, at };
  }
}

/** Requirements for the manager of a hierarchical crew. */
function checkManager(
  { findings }: Project,
  { keys, at }: Part<CrewKeys>,
  agents: readonly string[],
  manager: AgentDefinition | undefined,
): void {
  const name = keys.manager_agent;
  if (typeof name === "string" && agents.includes(name)) {
    findings.error(at("manager_agent"), `the manager ${JSON.stringify(name)} must not be one of the crew's agents`);
  }
  if ((manager?.tools?.length ?? 0) > 0) {
    findings.error(at("manager_agent"), "a manager must have no tools: it delegates");
  }
  if (keys.process !== "hierarchical" && (name || keys.manager_llm)) {
    findings.warning(
      at(name ? "manager_agent" : "manager_llm"),
      "has no effect in a sequential crew",
      'set "process": "hierarchical"',
    );
  }
}

type Callbacks = Pick<CrewDefinition, "beforeKickoff" | "afterKickoff" | "stepCallback" | "taskCallback">;

async function crewCallbacks(project: Project, { keys, at }: Part<CrewKeys>): Promise<Callbacks> {
  const all = async <F extends (...args: never[]) => unknown>(
    name: "before_kickoff_callbacks" | "after_kickoff_callbacks",
  ) => {
    const found: F[] = [];
    for (const [index, value] of (keys[name] ?? []).entries()) {
      const callback = await readCallback<F>(project, value, at(name, index));
      if (callback !== undefined) found.push(callback);
    }
    return found.length === 0 ? undefined : found;
  };
  return present({
    beforeKickoff: await all<NonNullable<CrewDefinition["beforeKickoff"]>[number]>("before_kickoff_callbacks"),
    afterKickoff: await all<NonNullable<CrewDefinition["afterKickoff"]>[number]>("after_kickoff_callbacks"),
    stepCallback: await readCallback<StepCallback>(project, keys.step_callback, at("step_callback")),
    taskCallback: await readCallback<NonNullable<CrewDefinition["taskCallback"]>>(
      project,
      keys.task_callback,
      at("task_callback"),
    ),
  });
}

/** A default for an input that no text uses is usually a typing error. */
function checkInputs(project: Project, { keys, at }: Part<CrewKeys>, crew: Crew): void {
  const taken = crewInputs(crew.definition);
  for (const name of Object.keys(keys.inputs ?? {})) {
    if (taken.includes(name) || name === "crewai_trigger_payload") continue;
    const near = nearestName(name, taken);
    const hint = near === undefined ? undefined : `did you mean ${JSON.stringify(near)}?`;
    project.findings.warning(at("inputs", name), `no text of the crew uses the input ${JSON.stringify(name)}`, hint);
  }
}

import type { AgentDefinition, StepCallback } from "@crewstream/crew";
import { showsDate, unknownDirectives } from "@crewstream/crew/parts";
import { checkSchema } from "../check-schema.ts";
import { within, type Location } from "../finding.ts";
import type { Part, Project } from "../project.ts";
import { agentSchema, type AgentKeys } from "../schema/agent-schema.ts";
import { buildEmbedder } from "./build-embedder.ts";
import { buildKnowledge } from "./build-knowledge.ts";
import { buildMemory } from "./build-memory.ts";
import { buildMcps } from "./build-mcps.ts";
import { buildModel, present } from "./build-model.ts";
import { readCallback, readGuardrail } from "./checks.ts";
import { buildPlanning } from "./build-planning.ts";
import { buildSkills } from "./build-skills.ts";
import { buildTools } from "./build-tools.ts";

/** CrewAI's names for its own agent class. */
const plainTypes = new Set(["agent", "Agent", "crewai.Agent", "crewai.agent.core.Agent"]);

/** An agent of a project; undefined, with findings, if it cannot be built. */
export async function readAgent(project: Project, value: unknown, at: Location): Promise<AgentDefinition | undefined> {
  const keys = checkSchema(agentSchema, at, value, project.findings);
  return keys === undefined ? undefined : buildAgent(project, mergedSettings(keys, at));
}

/** An agent's keys, overridden by those of `settings`, and where each came from. */
export function mergedSettings(
  keys: AgentKeys & { settings?: AgentKeys | null | undefined },
  at: Location,
): Part<AgentKeys> {
  const { settings, ...own } = keys;
  const inner = settings ?? {};
  return {
    keys: { ...own, ...inner },
    at: (...path) => within(at, ...(path[0] !== undefined && path[0] in inner ? ["settings", ...path] : path)),
  };
}

export async function buildAgent(project: Project, part: Part<AgentKeys>): Promise<AgentDefinition | undefined> {
  const { keys, at } = part;
  const { findings } = project;
  const { role, goal, backstory, type } = keys;
  for (const name of ["role", "goal", "backstory"] as const) {
    if (!keys[name] && !findings.wrongAt(at(name))) findings.error(at(), `${JSON.stringify(name)} is required`);
  }
  if (typeof type === "string" && !plainTypes.has(type)) {
    findings.error(
      at("type"),
      `there is no agent type ${JSON.stringify(type)}`,
      'leave it out: "agent" is the only one here',
    );
  }
  const tools = await buildTools(project, keys.tools ?? [], at("tools"));
  const mcps = buildMcps(project, keys.mcps ?? [], at("mcps"));
  const model = keys.llm === undefined || keys.llm === null ? undefined : buildModel(project, keys.llm, at("llm"));
  const maxTokens = keys.max_tokens ?? undefined;
  if (maxTokens !== undefined && model === undefined) {
    findings.warning(at("max_tokens"), '"max_tokens" has no effect on the default model', "name a model in llm");
  }
  checkDateFormat(project, part);
  const planning = buildPlanning(project, part);
  const guardrail = await readGuardrail(project, keys.guardrail, at("guardrail"));
  const knowledge = await buildKnowledge(project, keys.knowledge_sources, at("knowledge_sources"));
  const skills = await buildSkills(project, keys.skills, at("skills"));
  const stepCallback = await readCallback<StepCallback>(project, keys.step_callback, at("step_callback"));
  if (!role || !goal || !backstory) return undefined;
  return {
    role,
    goal,
    backstory,
    ...(model === undefined ? {} : { model: maxTokens === undefined ? model : { ...model, maxTokens } }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(mcps.length === 0 ? {} : { mcps }),
    ...(knowledge.length === 0 ? {} : { knowledge }),
    ...(skills.length === 0 ? {} : { skills }),
    ...present({
      knowledgeLimit: keys.knowledge_config?.results_limit,
      knowledgeThreshold: keys.knowledge_config?.score_threshold,
      memory: buildMemory(project, keys.memory, at("memory")),
      embedder: buildEmbedder(project, keys.embedder, at("embedder")),
      maxIter: keys.max_iter,
      maxExecutionTime: keys.max_execution_time,
      maxRetryLimit: keys.max_retry_limit,
      toolFailurePolicy: keys.tool_failure_policy,
      maxRpm: keys.max_rpm,
      allowDelegation: keys.allow_delegation,
      cache: keys.cache,
      respectContextWindow: keys.respect_context_window,
      useSystemPrompt: keys.use_system_prompt,
      systemTemplate: keys.system_template,
      promptTemplate: keys.prompt_template,
      responseTemplate: keys.response_template,
      injectDate: keys.inject_date,
      dateFormat: keys.date_format,
      planning,
      guardrail,
      guardrailMaxRetries: keys.guardrail_max_retries,
      stepCallback,
    }),
  };
}

/** What is wrong with a date format. */
function checkDateFormat({ findings }: Project, { keys, at }: Part<AgentKeys>): void {
  const form = keys.date_format;
  if (form === undefined || form === null) return;
  const unknown = unknownDirectives(form);
  if (unknown.length > 0) findings.warning(at("date_format"), `${unknown.join(", ")} is written unchanged here`);
  else if (!showsDate(form)) findings.warning(at("date_format"), "it contains no date", 'write it like "%Y-%m-%d"');
}

import type { AgentDefinition } from "@crewstream/crew";
import { placeholders } from "@crewstream/crew/parts";
import type { Part, Project } from "../project.ts";
import type { AgentKeys } from "../schema/agent-schema.ts";
import type { PlanningConfigKeys } from "../schema/planning-schema.ts";
import { buildModel, present } from "./build-model.ts";

const always = ["role", "goal", "backstory", "max_steps"];
const known = {
  plan_prompt: [...always, "description", "expected_output", "tools"],
  refine_prompt: [...always, "current_plan"],
} as const;

/** How an agent plans, in CrewAI's order of the keys: planning_config, reasoning, planning. */
export function buildPlanning(project: Project, part: Part<AgentKeys>): AgentDefinition["planning"] {
  const { planning_config: config, reasoning, planning, max_reasoning_attempts: maxAttempts } = part.keys;
  if (config) return settingsOf(project, config, part);
  if (reasoning === true) return present({ maxAttempts });
  return planning === true ? true : undefined;
}

function settingsOf(
  project: Project,
  config: PlanningConfigKeys,
  { at }: Part<AgentKeys>,
): AgentDefinition["planning"] {
  for (const name of ["plan_prompt", "refine_prompt"] as const) {
    const strange = placeholders(config[name] ?? "").filter(
      (each) => !(known[name] as readonly string[]).includes(each),
    );
    if (strange.length === 0) continue;
    project.findings.error(
      at("planning_config", name),
      `there is no {${strange.join("}, {")}} to fill in here`,
      `known: ${known[name].join(", ")}`,
    );
  }
  return present({
    effort: config.reasoning_effort,
    observeSteps: config.observe_steps,
    maxAttempts: config.max_attempts,
    maxSteps: config.max_steps,
    systemPrompt: config.system_prompt,
    planPrompt: config.plan_prompt,
    refinePrompt: config.refine_prompt,
    maxReplans: config.max_replans,
    maxStepIterations: config.max_step_iterations,
    stepTimeout: config.step_timeout,
    model: config.llm ? buildModel(project, config.llm, at("planning_config", "llm")) : undefined,
  });
}

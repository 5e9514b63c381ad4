import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Agent, AgentDefinition } from "../agent/agent.ts";
import { agentFrom } from "../agent/agent-from.ts";
import type { CrewWide } from "../agent/assignment.ts";
import { partsOfRunPath } from "../files/run-path.ts";
import { RateLimiter } from "../llm/rate-limiter.ts";
import type { CrewMemory } from "../memory/crew-memory.ts";
import type { Scope } from "../run/scope.ts";
import { emitFoundSkills } from "../skills/agent-skills.ts";
import { distinct } from "../skills/skill.ts";
import { interpolate } from "../task/interpolate.ts";
import type { PlannedTask } from "../task/planned-task.ts";
import { taskName, type TaskDefinition } from "../task/task.ts";
import { ToolCache } from "../tools/tool-cache.ts";
import { crewInputs } from "./crew-inputs.ts";
import type { CrewDefinition } from "./crew.ts";
import { delegationTools } from "./delegation.ts";
import { managerOf } from "./manager.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** A crew's tasks with placeholders filled from the inputs. Throws `missing_inputs`, naming all that are missing. */
export function planTasks(
  scope: Scope,
  crew: CrewDefinition,
  crewName: string,
  inputs: Inputs,
  memory: CrewMemory | undefined,
): PlannedTask[] {
  requireInputs(crew, inputs);
  const shared: CrewWide = {
    ...(crew.cache === true ? { cache: new ToolCache() } : {}),
    ...(crew.knowledge === undefined ? {} : { knowledge: crew.knowledge }),
    ...(crew.embedder === undefined ? {} : { embedder: crew.embedder }),
    ...(memory === undefined ? {} : { memory }),
    ...(crew.stepCallback === undefined ? {} : { stepCallback: crew.stepCallback }),
    ...(crew.toolFailurePolicy === undefined ? {} : { toolFailurePolicy: crew.toolFailurePolicy }),
  };
  const crewLimiter = crew.maxRpm === undefined ? undefined : new RateLimiter(crew.maxRpm);
  const agents = Object.entries(crew.agents).map(([name, definition]) =>
    agentFrom(scope, name, withCrewSkills(definition, crew), inputs),
  );
  for (const [name, definition] of Object.entries(crew.agents)) {
    emitFoundSkills(scope, agentFrom(scope, name, definition, inputs));
  }
  const limiters = new Map(agents.map((agent) => [agent.name, limiterOf(agent, crewLimiter)]));
  const sharedBy = (agent: Agent): CrewWide => {
    const limiter = limiters.get(agent.name) ?? crewLimiter;
    return limiter === undefined ? shared : { ...shared, limiter };
  };
  const manager = crew.process === "hierarchical" ? managerOf(scope, crew, inputs) : undefined;

  const isTold = (index: number): boolean =>
    crew.tasks[index]?.triggerPayload ?? (index === 0 && crew.process !== "hierarchical");

  return crew.tasks.map((definition, index) => {
    const own = agents.find((agent) => agent.name === definition.agent);
    const agent = manager ?? own;
    if (agent === undefined) throw new AppError("a task has no agent", { code: ErrorCode.internal });
    const tools = definition.tools?.length ? definition.tools : (own?.definition.tools ?? []);
    const coworkers =
      manager === undefined ? agents.filter((other) => other !== own) : own === undefined ? agents : [own];
    const mayDelegate = manager !== undefined || (own?.definition.allowDelegation === true && coworkers.length > 0);
    const delegation = mayDelegate
      ? delegationTools({
          coworkers,
          sharedBy,
          toolsOf: (coworker) =>
            manager !== undefined && coworker === own ? tools : (coworker.definition.tools ?? []),
        })
      : [];
    return {
      definition,
      name: taskName(definition, index),
      description: interpolate(definition.description, inputs) + (isTold(index) ? triggerText(inputs) : ""),
      expectedOutput: interpolate(definition.expectedOutput, inputs),
      agent,
      tools: manager === undefined ? [...tools, ...delegation] : delegation,
      outputFile: outputFileOf(definition, inputs),
      index,
      count: crew.tasks.length,
      crewName,
      shared: sharedBy(agent),
    };
  });
}

/** An agent with the crew's skills after its own. */
function withCrewSkills(definition: AgentDefinition, { skills = [] }: CrewDefinition): AgentDefinition {
  return skills.length === 0
    ? definition
    : { ...definition, skills: distinct([...(definition.skills ?? []), ...skills]) };
}

function limiterOf({ definition }: Agent, crewLimiter: RateLimiter | undefined): RateLimiter | undefined {
  return definition.maxRpm === undefined ? crewLimiter : new RateLimiter(definition.maxRpm);
}

function outputFileOf({ outputFile }: TaskDefinition, inputs: Inputs): string | undefined {
  if (outputFile === undefined) return undefined;
  const path = interpolate(outputFile, inputs);
  // Now: when the task is done, its models have been paid for.
  partsOfRunPath(path);
  return path;
}

function requireInputs(crew: CrewDefinition, inputs: Inputs): void {
  const missing = crewInputs(crew).filter((name) => !Object.hasOwn(inputs, name));
  if (missing.length === 0) return;
  throw new AppError(`The crew's texts use inputs that are missing: ${missing.join(", ")}`, {
    code: ErrorCode.missingInputs,
    details: { missing },
  });
}

/** CrewAI's convention for webhooks and schedules: what triggered the run, for tasks that include it. */
function triggerText(inputs: Inputs): string {
  const payload = inputs["crewai_trigger_payload"];
  if (payload === undefined || payload === null) return "";
  return `\n\nTrigger Payload: ${typeof payload === "string" ? payload : JSON.stringify(payload)}`;
}

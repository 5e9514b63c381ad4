import type { Agent, AgentDefinition } from "../agent/agent.ts";
import { agentFrom } from "../agent/agent-from.ts";
import type { Scope } from "../run/scope.ts";
import type { CrewDefinition } from "./crew.ts";

const builtIn: AgentDefinition = {
  role: "Crew Manager",
  goal: "Get every task done well by the coworkers who can do it best",
  backstory:
    "You lead a team. You do no task yourself: you hand work to coworkers, ask them what you must know, judge what they give you and have it improved where it is not good enough.",
};

/** The manager's name among the agents of its crew. */
export const managerName = "manager";

/** The agent that delegates every task of a hierarchical crew: the crew's own manager, or the built-in one. */
export function managerOf(scope: Scope, crew: CrewDefinition, inputs: Readonly<Record<string, unknown>>): Agent {
  const definition = crew.managerAgent ?? {
    ...builtIn,
    ...(crew.managerModel === undefined ? {} : { model: crew.managerModel }),
  };
  return agentFrom(scope, managerName, definition, crew.managerAgent === undefined ? undefined : inputs);
}

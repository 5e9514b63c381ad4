import type { Scope } from "../run/scope.ts";
import { interpolate } from "../task/interpolate.ts";
import { agentKey, type Agent, type AgentDefinition } from "./agent.ts";

/** Builds an agent of this run from its definition; placeholders in its texts are filled from the inputs, if given. */
export function agentFrom(
  scope: Scope,
  name: string,
  definition: AgentDefinition,
  inputs?: Readonly<Record<string, unknown>>,
): Agent {
  const fill = (text: string): string => (inputs === undefined ? text : interpolate(text, inputs));
  const [role, goal, backstory] = [fill(definition.role), fill(definition.goal), fill(definition.backstory)];
  const id = scope.run.idOf("agent", scope.at(`agent:${name}`).path);
  return { definition, name, id, role, goal, backstory, key: agentKey(role, goal, backstory) };
}

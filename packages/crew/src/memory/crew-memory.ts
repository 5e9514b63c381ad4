import type { Agent, AgentDefinition } from "../agent/agent.ts";
import type { CrewDefinition } from "../crew/crew.ts";
import { managerName } from "../crew/manager.ts";
import type { RateLimiter } from "../llm/rate-limiter.ts";
import type { Scope } from "../run/scope.ts";
import { agentScope, memoryFrom, type Memory } from "./memory.ts";
import { PendingSaves } from "./pending-saves.ts";
import { joinScopes, scopeName } from "./scope-path.ts";
import { extractStatements } from "./statements.ts";

/** The memory of a crew's agents. */
export interface CrewMemory {
  /** By an agent's name: its own memory, or the crew's. */
  of(agent: Agent): Memory | undefined;
  saves: PendingSaves;
}

export interface Learning {
  agent: Agent;
  /** The agent's task and expected output. */
  task: string;
  expected: string | undefined;
  result: string;
  limiter: RateLimiter | undefined;
}

/**
 * Extracts what is worth remembering from a piece of work with one model call, and starts to save it: at `scope.path`.
 */
export async function learn(scope: Scope, crew: CrewMemory, learning: Learning): Promise<void> {
  const { agent, task, expected, result, limiter } = learning;
  const memory = crew.of(agent);
  if (memory === undefined || memory.readOnly) return;
  const work = { task, role: agent.role, expected, result };
  const statements = await extractStatements(scope.at("extract"), memory, work, limiter);
  if (statements.length === 0) return;
  const save = { owner: memory.owner, role: agent.role, statements, scope: agentScope(memory, agent.role) };
  await crew.saves.add(scope.at("save"), save);
}

/** The memories of a crew and its agents; undefined if none of them has one. */
export function crewMemory(scope: Scope, crew: CrewDefinition, name: string): CrewMemory | undefined {
  const [first] = Object.values<AgentDefinition>(crew.agents);
  const whole = memoryFrom(crew.memory, {
    owner: "crew",
    home: joinScopes("crew", scopeName(name)),
    model: crew.memoryModel ?? first?.model,
    embedder: crew.embedder,
  });
  const agents: [string, AgentDefinition][] = Object.entries(crew.agents);
  if (crew.managerAgent !== undefined) agents.push([managerName, crew.managerAgent]);
  const own = new Map<string, Memory>();
  for (const [agent, { memory, model, embedder = crew.embedder }] of agents) {
    const found = memoryFrom(memory, { owner: `agent:${agent}`, model, embedder, whole });
    if (found !== undefined) own.set(agent, found);
  }
  const all = [...(whole === undefined ? [] : [whole]), ...own.values()];
  if (all.length === 0) return undefined;
  return { of: (agent) => own.get(agent.name) ?? whole, saves: new PendingSaves(scope, all) };
}

/** The memory of an agent outside a crew. */
export function loneMemory(scope: Scope, name: string, definition: AgentDefinition): CrewMemory | undefined {
  const { model, embedder } = definition;
  const memory = memoryFrom(definition.memory, { owner: `agent:${name}`, model, embedder });
  return memory === undefined ? undefined : { of: () => memory, saves: new PendingSaves(scope, [memory]) };
}

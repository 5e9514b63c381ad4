import type { z } from "zod";
import type { EventEnvelope } from "../envelope.ts";
import { typeAliases } from "../selection.ts";
import { a2aClientEvents } from "./a2a-client.ts";
import { a2aServerEvents } from "./a2a-server.ts";
import { agentEvents } from "./agent.ts";
import { checkpointEvents } from "./checkpoint.ts";
import { conversationEvents } from "./conversation.ts";
import { crewStepEvents } from "./crew-step.ts";
import { crewEvents } from "./crew.ts";
import { envEvents } from "./env.ts";
import { flowEvents } from "./flow.ts";
import { hookEvents } from "./hook.ts";
import { knowledgeEvents } from "./knowledge.ts";
import { llmGuardrailEvents } from "./llm-guardrail.ts";
import { llmEvents } from "./llm.ts";
import { mcpEvents } from "./mcp.ts";
import { memoryEvents } from "./memory.ts";
import { planningEvents } from "./planning.ts";
import { reasoningEvents } from "./reasoning.ts";
import { skillEvents } from "./skill.ts";
import { systemEvents } from "./system.ts";
import { taskEvents } from "./task.ts";
import { toolUsageEvents } from "./tool-usage.ts";

/** Every type by its group, in reading order. */
export const eventGroups = {
  crew: { ...crewEvents, ...crewStepEvents },
  task: taskEvents,
  agent: agentEvents,
  llm: llmEvents,
  tool_usage: toolUsageEvents,
  flow: flowEvents,
  llm_guardrail: llmGuardrailEvents,
  reasoning: reasoningEvents,
  planning: planningEvents,
  memory: memoryEvents,
  knowledge: knowledgeEvents,
  mcp: mcpEvents,
  skill: skillEvents,
  checkpoint: checkpointEvents,
  conversation: conversationEvents,
  a2a: { ...a2aClientEvents, ...a2aServerEvents },
  hook: hookEvents,
  env: envEvents,
  system: systemEvents,
};
export type EventGroup = keyof typeof eventGroups;

const catalogue = {
  ...eventGroups.crew,
  ...eventGroups.task,
  ...eventGroups.agent,
  ...eventGroups.llm,
  ...eventGroups.tool_usage,
  ...eventGroups.flow,
  ...eventGroups.llm_guardrail,
  ...eventGroups.reasoning,
  ...eventGroups.planning,
  ...eventGroups.memory,
  ...eventGroups.knowledge,
  ...eventGroups.mcp,
  ...eventGroups.skill,
  ...eventGroups.checkpoint,
  ...eventGroups.conversation,
  ...eventGroups.a2a,
  ...eventGroups.hook,
  ...eventGroups.env,
  ...eventGroups.system,
};
type Catalogue = typeof catalogue;

/** A type of the catalogue. */
export type EventTypeName = keyof Catalogue;

/** Another name that a subscription may request, and the type it stands for: {@link typeAliases} as a type. */
export interface EventAliases {
  tool_usage_completed: "tool_usage_finished";
  crew_execution_completed: "crew_kickoff_completed";
}
/** A name of the catalogue, or an alias of one. */
export type KnownEventName = EventTypeName | keyof EventAliases;

type TypeOf<Name extends KnownEventName> = Name extends keyof EventAliases ? EventAliases[Name] : Name & EventTypeName;

/** The `data` of an event that is delivered under this name. */
export type EventData<Name extends KnownEventName> = z.output<Catalogue[TypeOf<Name>]["data"]>;

type EventOf<Name extends KnownEventName> = Omit<EventEnvelope, "type" | "data"> & {
  type: Name;
  data: EventData<Name>;
};

/** An event of the catalogue, under its type or an alias: narrows by `type`. */
export type CatalogueEvent = { [Name in KnownEventName]: EventOf<Name> }[KnownEventName];

/** Every type of the catalogue, group by group; aliases are not among them. */
export const eventTypes: readonly EventTypeName[] = Object.keys(catalogue).filter(isType);

function isType(name: string): name is EventTypeName {
  return Object.hasOwn(catalogue, name);
}

/** Whether a subscription's name is a type of the catalogue, by its own name or an alias. */
export function isKnownEventType(name: string): name is KnownEventName {
  return isType(name) || Object.hasOwn(typeAliases, name);
}

/** The schema of the `data` of a type, or of the type an alias stands for; undefined for a custom name. */
export function schemaFor<Name extends KnownEventName>(name: Name): z.ZodType<EventData<Name>>;
export function schemaFor(name: string): z.ZodType<Record<string, unknown>> | undefined;
export function schemaFor(name: string): z.ZodType<Record<string, unknown>> | undefined {
  const type = (Object.hasOwn(typeAliases, name) ? typeAliases[name] : undefined) ?? name;
  return isType(type) ? catalogue[type].data : undefined;
}

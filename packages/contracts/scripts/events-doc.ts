import { writeFileSync } from "node:fs";
import { z } from "zod";
import {
  baseDataSchema,
  describeEventTypes,
  eventGroups,
  typeAliases,
  type EventGroup,
  type EventTypeDescription,
} from "@crewstream/contracts";

/** Where `npm run docs` writes the catalogue as a page. */
export const eventsDocUrl = new URL("../../../docs/events.md", import.meta.url);

interface JsonSchema {
  type?: string | string[];
  anyOf?: JsonSchema[];
  enum?: unknown[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  description?: string;
}

const titles: Record<EventGroup, string> = {
  crew: "Crews",
  task: "Tasks",
  agent: "Agents",
  llm: "Model calls",
  tool_usage: "Tools",
  flow: "Flows and people",
  llm_guardrail: "Guardrails",
  reasoning: "Reasoning",
  planning: "Planning",
  memory: "Memory",
  knowledge: "Knowledge",
  mcp: "MCP servers",
  skill: "Skills",
  checkpoint: "Checkpoints",
  conversation: "Conversations",
  a2a: "Agent to agent",
  hook: "Hooks",
  env: "Environment",
  system: "Signals",
};

const base = z.toJSONSchema(baseDataSchema) as JsonSchema;

/** The complete page `docs/events.md`. */
export function renderEventsDoc(): string {
  const all = describeEventTypes();
  const groups = Object.keys(eventGroups) as EventGroup[];
  return [
    introduction(all),
    ...groups.map((group) =>
      groupSection(
        group,
        all.filter((entry) => entry.group === group),
      ),
    ),
    "",
  ].join("\n\n");
}

function introduction(all: readonly EventTypeDescription[]): string {
  const envelope = {
    id: "7d0d3a4e-5c5b-5e0f-9a3c-1f2e4d6c8b0a",
    execution_id: "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37",
    timestamp: "2026-11-23T14:08:45.166Z",
    type: "task_failed",
    data: all.find(({ type }) => type === "task_failed")?.example,
  };
  const onlyPython = all.filter(({ runtimes }) => runtimes.length === 1).length;
  const nowhere = all.filter(({ emitted }) => !emitted).length;
  const aliases = Object.entries(typeAliases).map(([alias, type]) => `\`${alias}\` (\`${type}\`)`);
  return `<!-- Made by \`npm run docs\` from packages/contracts/src/events: edit there. -->
# Events

${all.length} types: CrewAI's, with its fields, and the pair \`crew_step_started\`, \`crew_step_completed\`. The same as data, with a
JSON Schema and an example of each: \`GET /api/v1/event-types\`; as TypeScript: \`CatalogueEvent\` of \`@crewstream/receiver\`.

Not every type of CrewAI's occurs: ${onlyPython} are emitted by automations in Python only, and ${nowhere} by nothing here, because CrewAI's library declares
them and emits them nowhere, or only as an A2A server. They are marked below, as \`runtimes\` and \`emitted: false\` in \`/event-types\`, and a kickoff that subscribes to one
is warned.

An event as a receiver gets it:

\`\`\`json
${JSON.stringify(envelope, null, 2)}
\`\`\`

\`execution_id\` is the \`kickoff_id\` of the run. Text that describes an agent, a task or a tool is a small view of it (id, name, role,
description), never the live object. Times are ISO 8601 in UTC. Further fields may be added to any type: ignore what you do not know.

A subscription's \`events\` may hold types of this page, prefixes (\`llm_*\`), \`*\`, and names of your own automations. Other names for the
same event, which is then delivered under the name that was asked for: ${aliases.join(", ")}.

An event that starts a scope is the \`parent_event_id\` of what happens inside it, and the one that ends it names it in
\`started_event_id\`: match by that, never by order or neighbourhood, and do not count on every scope to be ended.

## Fields of every event

${fieldTable(base, Object.keys(base.properties ?? {}))}`;
}

function groupSection(group: EventGroup, entries: EventTypeDescription[]): string {
  return [`## ${titles[group]}`, ...entries.map(typeSection)].join("\n\n");
}

function typeSection(entry: EventTypeDescription): string {
  const schema = entry.schema as JsonSchema;
  const own = Object.keys(schema.properties ?? {}).filter(
    (name) => !Object.hasOwn(base.properties ?? {}, name) || isRequired(schema, name) !== isRequired(base, name),
  );
  return [
    `### ${entry.type}`,
    `${entry.description}${scopeSentence(entry)}${aliasSentence(entry)}${emittedSentence(entry)}`,
    own.length > 0 ? fieldTable(schema, own) : "No fields of its own.",
    `\`\`\`json\n${JSON.stringify(Object.fromEntries(own.flatMap((name) => exampleOf(entry, name))))}\n\`\`\``,
  ]
    .filter((part) => !part.includes("json\n{}"))
    .join("\n\n");
}

function exampleOf({ example }: EventTypeDescription, name: string): [string, unknown][] {
  return Object.hasOwn(example, name) ? [[name, example[name]]] : [];
}

function scopeSentence({ scope, closes }: EventTypeDescription): string {
  if (scope === "start") return " Starts a scope.";
  return closes === null ? "" : ` Ends \`${closes}\`.`;
}

function aliasSentence({ aliases }: EventTypeDescription): string {
  return aliases.map((alias) => ` Also known as \`${alias}\`.`).join("");
}

function emittedSentence({ runtimes }: EventTypeDescription): string {
  if (runtimes.length === 0) return " **Not emitted here.**";
  return runtimes.includes("typescript") ? "" : " Emitted by automations in Python only.";
}

function fieldTable(schema: JsonSchema, names: string[]): string {
  const rows = names.map((name) => {
    const field = schema.properties?.[name] ?? {};
    const presence = isRequired(schema, name) ? "always" : "maybe";
    return `| \`${name}\` | ${typeText(field)} | ${presence} | ${field.description ?? ""} |`;
  });
  return ["| field | type | there | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function isRequired(schema: JsonSchema, name: string): boolean {
  return schema.required?.includes(name) ?? false;
}

/** A JSON Schema in a few words. */
function typeText(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeText).join(" or ");
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "array") {
    const items = typeText(schema.items ?? {});
    return items === "any" ? "list" : `list of ${items}`;
  }
  if (schema.type === "object" && schema.properties) {
    return `object (${Object.keys(schema.properties).join(", ")})`;
  }
  return [schema.type ?? "any"].flat().join(" or ");
}

if (import.meta.main) writeFileSync(eventsDocUrl, renderEventsDoc());

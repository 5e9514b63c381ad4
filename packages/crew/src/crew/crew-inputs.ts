import { toCallerSchema } from "../automation-schema.ts";
import { placeholders } from "../task/interpolate.ts";
import { taskName } from "../task/task.ts";
import type { JsonSchema } from "../tools/tool.ts";
import type { CrewDefinition } from "./crew.ts";

/** The subset of JSON Schema for objects that we produce. */
export interface CrewInputsSchema extends JsonSchema {
  type: "object";
  properties: Record<string, JsonSchema>;
  required: string[];
}

/** A text of a crew, and a description of where it is. */
interface PlacedText {
  text: string;
  place: string;
}

/** Sorted names of all placeholders in a crew's texts: AMP's `/inputs`. */
export function crewInputs(crew: CrewDefinition): string[] {
  return [...new Set(textsOf(crew).flatMap(({ text }) => placeholders(text)))].sort();
}

/**
 * The JSON Schema of a crew's inputs: first those with a default or a schema, as declared, then the others in the order
 * in which the tasks and agents name them. A placeholder accepts any value; unless specified otherwise, it is described
 * as text.
 */
export function crewInputsSchema(crew: CrewDefinition): CrewInputsSchema {
  const texts = textsOf(crew);
  const defaults = crew.inputs ?? {};
  const declared = Object.entries(schemaProperties(crew));
  const names = new Set([
    ...declared.map(([name]) => name),
    ...Object.keys(defaults),
    ...texts.flatMap(({ text }) => placeholders(text)),
  ]);
  const known = new Map(declared);
  const properties = Object.fromEntries(
    [...names].map((name) => [name, { ...described(name, texts, defaults[name]), ...known.get(name) }]),
  );
  const isFilled = (name: string): boolean => Object.hasOwn(properties[name] ?? {}, "default");
  const isUsed = new Set(crewInputs(crew));
  const required = [...names].filter((name) => !isFilled(name) && (isUsed.has(name) || !isOptional(crew, name)));
  return { type: "object", properties, required };
}

/** Whether the schema allows a kickoff to omit it. */
function isOptional({ inputSchema }: CrewDefinition, name: string): boolean {
  return inputSchema?.shape[name]?.safeParse(undefined).success === true;
}

function schemaProperties({ inputSchema }: CrewDefinition): Record<string, JsonSchema> {
  if (inputSchema === undefined) return {};
  const { properties } = toCallerSchema(inputSchema, "input");
  return (properties ?? {}) as Record<string, JsonSchema>;
}

function described(name: string, texts: readonly PlacedText[], value: unknown): JsonSchema {
  const places = [...new Set(texts.filter(({ text }) => placeholders(text).includes(name)).map(({ place }) => place))];
  return {
    ...typeOf(value),
    ...(places.length === 0 ? {} : { description: `Stands in ${places.join(", ")}` }),
    ...(value === undefined ? {} : { default: value }),
  };
}

function typeOf(value: unknown): JsonSchema {
  if (value === null) return {};
  if (Array.isArray(value)) return { type: "array" };
  return { type: value === undefined ? "string" : typeof value };
}

/** Tasks first: they contain what a crew is asked. */
function textsOf(crew: CrewDefinition): PlacedText[] {
  const agents = [
    ...Object.entries(crew.agents),
    ...(crew.managerAgent === undefined ? [] : [["manager", crew.managerAgent] as const]),
  ];
  return [
    ...crew.tasks.flatMap((task, index) =>
      [task.description, task.expectedOutput, task.outputFile ?? ""].map((text) => ({
        text,
        place: `the task ${taskName(task, index)}`,
      })),
    ),
    ...agents.flatMap(([name, agent]) =>
      [agent.role, agent.goal, agent.backstory].map((text) => ({ text, place: `the agent ${name}` })),
    ),
  ];
}

import { errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import { tsExport, type Expected } from "../crew/ts-exports.ts";
import { within, type Location } from "../finding.ts";
import type { Project } from "../project.ts";
import type { StateValue } from "../schema/flow-schema.ts";
import { isTs } from "../schema/references.ts";

const aStateSchema: Expected<z.ZodObject> = {
  what: "a zod object schema",
  is: (value): value is z.ZodObject => value instanceof z.ZodObject,
  stub: z.object({}),
};

/** A flow's state in the runtime's form; undefined if the state consists of the kickoff's inputs. */
export async function readState(
  project: Project,
  state: StateValue | null | undefined,
  at: Location,
): Promise<z.ZodObject | undefined> {
  if (state === undefined || state === null) return undefined;
  const defaults = state.default ?? {};
  if (state.type === "pydantic" && isTs(state.ref)) {
    const schema = await tsExport(project, state.ref, within(at, "ref"), aStateSchema);
    return schema && withDefaults(schema, defaults);
  }
  if (state.type === "pydantic" && !state.json_schema) {
    const named = typeof state.ref === "string" ? JSON.stringify(state.ref) : "its class";
    const hint = 'describe it as "json_schema", or write ref: {ts: "./state.ts#State"} with a zod object';
    project.findings.error(at, `${named} is Python, which does not run here`, hint);
    return undefined;
  }
  const schema = state.type === "json_schema" || state.type === "pydantic" ? state.json_schema : undefined;
  if (schema) return fromJsonSchema(project, schema, defaults, within(at, "json_schema"));
  // A dict accepts inputs beyond its defaults.
  return withDefaults(z.looseObject({}), defaults);
}

function fromJsonSchema(
  { findings }: Project,
  schema: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
  at: Location,
): z.ZodObject | undefined {
  try {
    const parsed = z.fromJSONSchema(schema);
    // Undeclared inputs are dropped, as CrewAI does for a state with a schema.
    if (parsed instanceof z.ZodObject) return withDefaults(parsed.strip(), defaults);
    findings.error(at, 'must describe an object: "type": "object" with "properties"');
  } catch (error) {
    findings.error(at, `is no JSON Schema: ${errorMessage(error)}`);
  }
  return undefined;
}

function withDefaults(schema: z.ZodObject, defaults: Readonly<Record<string, unknown>>): z.ZodObject {
  const fields = Object.entries(defaults).map(([name, value]) => {
    const field = (schema.shape as Record<string, z.ZodType>)[name] ?? z.unknown();
    return [name, field.default(structuredClone(value) as never)] as const;
  });
  return schema.extend(Object.fromEntries(fields)) as z.ZodObject;
}

import { z } from "zod";
import { componentNames } from "./component-names.ts";

/** A JSON Schema, or a part of an OpenAPI document. */
export type Json = Record<string, unknown>;

type JsonSchema = Json & { $ref?: string; required?: string[]; anyOf?: JsonSchema[] };

const place = "#/components/schemas/";

/** Metadata of schemas, and their names: zod refers to named schemas instead of repeating them. */
class NamedSchemas extends z.core.$ZodRegistry<z.core.GlobalMeta> {
  override get<Schema extends z.core.$ZodType>(schema: Schema): z.core.$replace<z.core.GlobalMeta, Schema> | undefined {
    const id = componentNames.get(schema);
    return id === undefined ? z.globalRegistry.get(schema) : { ...z.globalRegistry.get(schema), id };
  }
}
const metadata = new NamedSchemas();

/** Converts zod schemas to JSON Schema 2020-12 for one OpenAPI document, and collects its `components`. */
export class SchemaWriter {
  readonly components: Record<string, Json> = {};

  /**
   * @param io whether a client sends it (defaults may be omitted) or receives it
   * @throws if two different schemas have one name, or one is sent and received in different forms
   */
  write(schema: z.ZodType, io: "input" | "output"): Json {
    const { $schema: _, $defs = {}, ...own } = rewriteReferences(jsonSchema(schema, io));
    for (const [name, written] of Object.entries($defs as Record<string, Json>)) {
      const known = (this.components[name] ??= written);
      if (JSON.stringify(known) !== JSON.stringify(written)) throw new Error(`Two schemas are named ${name}`);
    }
    return own;
  }

  /** Whether an object must have some field to fit a schema written here. */
  needsFields({ $ref, required = [], anyOf = [] }: JsonSchema): boolean {
    if ($ref !== undefined) return this.needsFields(this.components[$ref.slice(place.length)] ?? {});
    return required.length > 0 || (anyOf.length > 0 && anyOf.every((each) => this.needsFields(each)));
  }
}

/** A schema without the bounds of safe integers, which mean nothing to a reader. */
function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  return z.toJSONSchema(schema, {
    io,
    metadata,
    unrepresentable: "any",
    override: ({ jsonSchema: made }) => {
      if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
      if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
      if (made.format === "date-time") delete made.pattern;
    },
  });
}

function rewriteReferences(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', `"$ref":"${place}`)) as Json;
}

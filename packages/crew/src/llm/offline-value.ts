/** What {@link offlineValue} reads from a JSON Schema; everything else in it is ignored. */
interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  multipleOf?: number;
  format?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
}

/** Values for string formats; dates are fixed because the offline model is deterministic. */
const formats: Readonly<Record<string, string>> = {
  uri: "https://example.com/",
  url: "https://example.com/",
  email: "someone@example.com",
  date: "2026-01-01",
  time: "00:00:00Z",
  "date-time": "2026-01-01T00:00:00Z",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "192.0.2.1",
};

/**
 * A value that fits a JSON Schema: its example, default or first choice if it has one, `text` for strings, the smallest
 * number allowed. Objects have their required properties, or all if none is required.
 */
export function offlineValue(schema: object, text: string): unknown {
  const root = schema as Schema;
  return valueFor(root, text, { ...root.definitions, ...root.$defs }, 0);
}

function valueFor(schema: Schema, text: string, defs: Record<string, Schema>, depth: number): unknown {
  if (depth > 8) return null;
  const next = (inner: Schema): unknown => valueFor(inner, text, defs, depth + 1);
  const named = schema.$ref?.split("/").at(-1);
  const target = named === undefined ? undefined : defs[named];
  if (target !== undefined) return next(target);
  if ("const" in schema) return schema.const;
  if (schema.enum !== undefined && schema.enum.length > 0) return schema.enum[0];
  if (schema.examples !== undefined && schema.examples.length > 0) return schema.examples[0];
  if ("default" in schema) return schema.default;
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (choice !== undefined) return next(choice);
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(next)) as unknown;

  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type ?? "string") {
    case "object": {
      const properties = schema.properties ?? {};
      const wanted = schema.required?.length ? schema.required : Object.keys(properties);
      return Object.fromEntries(wanted.map((name) => [name, next(properties[name] ?? {})]));
    }
    case "array":
      return Array.from({ length: Math.max(1, schema.minItems ?? 0) }, () => next(schema.items ?? {}));
    case "integer":
    case "number":
      return numberFor(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return stringFor(schema, text);
  }
}

function numberFor(schema: Schema): number {
  const step = schema.multipleOf ?? 1;
  const minimum = schema.minimum ?? (schema.exclusiveMinimum === undefined ? step : schema.exclusiveMinimum + step);
  const value = Math.ceil(minimum / step) * step;
  return schema.maximum !== undefined && value > schema.maximum ? schema.maximum : value;
}

function stringFor(schema: Schema, text: string): string {
  const known = schema.format === undefined ? undefined : formats[schema.format];
  if (known !== undefined) return known;
  return text.padEnd(schema.minLength ?? 0, ".").slice(0, schema.maxLength ?? 400);
}

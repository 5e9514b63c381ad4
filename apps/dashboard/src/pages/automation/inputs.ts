/** What is known of an input, for the label and hint of its field. */
export interface InputField {
  name: string;
  /** `string`, `number`, `string or null`; undefined if anything is accepted. */
  type: string | undefined;
  description: string | undefined;
  /** The default as one would type it; undefined without one. */
  byDefault: string | undefined;
  options: readonly string[];
  isRequired: boolean;
}

/** An automation's inputs with what its JSON Schema says of them. */
export function inputFields(automation: {
  inputs: readonly string[];
  required: readonly string[];
  inputs_schema?: Record<string, unknown> | undefined;
}): InputField[] {
  const properties = asObject(automation.inputs_schema?.["properties"]);
  return automation.inputs.map((name) => {
    const schema = asObject(properties[name]);
    const byDefault = schema["default"];
    return {
      name,
      type: typeOf(schema),
      description: typeof schema["description"] === "string" ? schema["description"] : undefined,
      byDefault: byDefault === undefined || byDefault === "" ? undefined : asTyped(byDefault),
      options: Array.isArray(schema["enum"]) ? schema["enum"].map(asTyped) : [],
      isRequired: automation.required.includes(name),
    };
  });
}

function typeOf(schema: Record<string, unknown>): string | undefined {
  const { type, anyOf, items } = schema;
  if (Array.isArray(type)) return type.join(" or ");
  if (type === "array") return `list${typeOf(asObject(items)) === undefined ? "" : ` of ${typeOf(asObject(items))}`}`;
  if (typeof type === "string") return type;
  const parts = Array.isArray(anyOf) ? anyOf.flatMap((part) => typeOf(asObject(part)) ?? []) : [];
  return parts.length === 0 ? undefined : [...new Set(parts)].join(" or ");
}

function asTyped(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

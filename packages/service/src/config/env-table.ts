import { variables } from "./variables.ts";
import type { z } from "zod";

/** The variables as a Markdown table: name, default, meaning. docs/configuration.md has its output, and a test compares them. */
export function environmentTable(): string {
  const rows = Object.entries(variables.shape).map(([name, field]) => {
    const fallback = defaultOf(field);
    return `| \`${name}\` | ${fallback === undefined ? "–" : `\`${fallback}\``} | ${(field as z.ZodType).description ?? ""} |`;
  });
  return ["| variable | default | meaning |", "|---|---|---|", ...rows].join("\n");
}

/** A field's default as it would be set in the environment; undefined if it has none. */
function defaultOf(field: z.ZodType): string | undefined {
  for (let schema: unknown = field; schema !== undefined;) {
    const definition = (schema as { def: { type: string; defaultValue?: unknown; in?: unknown; innerType?: unknown } })
      .def;
    if (definition.type === "default") return String(definition.defaultValue);
    schema = definition.type === "pipe" ? definition.in : definition.innerType;
  }
  return undefined;
}

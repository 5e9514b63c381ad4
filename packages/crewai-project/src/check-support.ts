import { z } from "zod";
import type { Path } from "./documents/document.ts";
import { within, type Findings, type Location } from "./finding.ts";
import { noteOf } from "./schema/keys.ts";
import { meant, shapeOf } from "./schema/schema-at.ts";

/** Adds a finding for every key that is set and has no effect, or cannot be used, here. */
export function checkSupport(schema: z.core.$ZodType, place: Location, value: unknown, findings: Findings): void {
  const inner = meant(schema, value);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      checkSupport(inner.element, within(place, index), item, findings);
    }
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const shape = shapeOf(inner);
  for (const [name, held] of Object.entries(value)) {
    const keySchema = shape?.[name] ?? (inner instanceof z.ZodRecord ? inner.valueType : undefined);
    if (keySchema === undefined) continue;
    const note = noteOf(keySchema);
    const isOff = held === null || held === false || isEmpty(held);
    if (note !== undefined && !isOff && (note.support === "refused" || note.support === "warned")) {
      const add = note.support === "refused" ? "error" : "warning";
      findings[add](within(place, name), `${JSON.stringify(name)} is ${note.why ?? "not run here"}`, note.hint);
      continue;
    }
    checkSupport(keySchema, within(place, name), held, findings);
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Every `{"python": …}` in a value. */
export function pythonRefsIn(value: unknown, path: Path = []): { path: Path; name: string }[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value) && Object.keys(value).length === 1 && "python" in value) {
    return typeof value.python === "string" ? [{ path, name: value.python }] : [];
  }
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([name, held]) => pythonRefsIn(held, [...path, name]));
}

import { z } from "zod";
import type { Path } from "../documents/document.ts";
import { unwrap } from "./keys.ts";

/** Keys of an object schema; undefined for any other. */
export function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = schema === undefined ? undefined : unwrap(schema);
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

/** The schema that a part of a value was meant to fit. */
export function schemaAt(schema: z.core.$ZodType, path: Path, value: unknown): z.core.$ZodType | undefined {
  const written = writtenAt(schema, path, value);
  return written === undefined ? undefined : meant(written, valueAt(value, path));
}

/** The same as declared: optional or not, which is what a key's note is attached to. */
export function writtenAt(schema: z.core.$ZodType, path: Path, value: unknown): z.core.$ZodType | undefined {
  let found: z.core.$ZodType | undefined = schema;
  for (const [index, part] of path.entries()) {
    found = partOf(meant(found, valueAt(value, path.slice(0, index))), part);
    if (found === undefined) return undefined;
  }
  return found;
}

/** A part of a value; undefined if it does not exist. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

function partOf(schema: z.core.$ZodType | undefined, part: string | number): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, z.ZodType>)[part];
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

/**
 * The member of a union that a value was meant to be: by its discriminator, its keys, or whether it is an object or
 * list.
 */
export function meant(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  let inner = unwrap(schema);
  if (inner instanceof z.ZodLazy) inner = unwrap(inner.unwrap());
  if (!(inner instanceof z.ZodUnion)) return inner;
  const members = inner.options.map((option) => meant(option, value));
  if (Array.isArray(value)) return members.find((member) => member instanceof z.ZodArray) ?? inner;
  if (typeof value !== "object" || value === null) return inner;
  const keys = Object.keys(value);
  const score = (member: z.core.$ZodType): number => {
    const shape = shapeOf(member);
    if (shape === undefined) return member instanceof z.ZodRecord ? 0.5 : -1;
    const literals = Object.entries(shape).filter(([, type]) => type instanceof z.ZodLiteral);
    const wrong = literals.some(([name, type]) => !type.safeParse((value as Record<string, unknown>)[name]).success);
    return wrong ? -0.5 : keys.filter((name) => name in shape).length;
  };
  return members.reduce((best, member) => (score(member) > score(best) ? member : best), members[0] ?? inner);
}

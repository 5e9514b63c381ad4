import { z } from "zod";

/** A key's support. `ignored` does not affect a run's result, so it is not reported; the others are findings. */
export type Support = "honoured" | "ignored" | "warned" | "refused";

export interface KeyNote {
  /** What the key is for, as a phrase: it is the description in the JSON Schema and in the docs. */
  means: string;
  support: Support;
  /** Why it causes a warning or an error, as the end of a sentence after "is …". */
  why?: string;
  hint?: string;
  /** The alternatives to CrewAI's Python. */
  instead?: keyof typeof stands;
}

/** How to express a Python reference without Python; `NAME` is the reference's last part. */
export const stands = {
  function: 'write {"ts": "./callbacks.ts#NAME"}: a function exported by a TypeScript file of the project',
  check: 'write {"ts": "./checks.ts#NAME"}, or an expression as {"cel": "output.raw != \'\'"}',
  schema: 'write the JSON Schema itself, or {"ts": "./schemas.ts#NAME"} with a zod schema',
  tool: 'write {"ts": "./tools/NAME.ts#NAME"}: a tool made with defineTool',
  value: "write the value itself as JSON",
} as const;

const notes = z.registry<KeyNote>();

/** A key that a project may omit or set to null, with its meaning and its support. */
export function key<S extends z.ZodType>(
  schema: S,
  means: string,
  note: Partial<Omit<KeyNote, "means">> = {},
): z.ZodOptional<z.ZodNullable<S>> {
  const optional = schema.nullish().describe(means);
  notes.add(optional, { means, support: "honoured", ...note });
  return optional;
}

export function noteOf(schema: z.core.$ZodType): KeyNote | undefined {
  return notes.get(schema);
}

export const ignored = { support: "ignored" } as const;
export const warned = (why: string, hint?: string) =>
  ({ support: "warned", why, ...(hint === undefined ? {} : { hint }) }) as const;
export const refused = (why: string, hint?: string) =>
  ({ support: "refused", why, ...(hint === undefined ? {} : { hint }) }) as const;

/** The type of an optional value, without `optional` and `nullable`. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault) {
    inner = inner.unwrap();
  }
  return inner;
}

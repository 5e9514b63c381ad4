import { z } from "zod";

/** What becomes of a key here. `ignored` changes nothing that a run gives, so it is not mentioned; the others are findings. */
export type Support = "honoured" | "ignored" | "warned" | "refused";

export interface KeyNote {
  /** What the key is for, as a phrase: it is the description in the JSON Schema and in the docs. */
  means: string;
  support: Support;
  /** Why it is warned of or refused, as a sentence's end after "is …". */
  why?: string;
  hint?: string;
  /** What can stand where CrewAI takes Python. */
  instead?: keyof typeof stands;
}

/** How to write without Python what a Python reference says; `NAME` is the reference's last part. */
export const stands = {
  function: 'write {"ts": "./callbacks.ts#NAME"}: a function exported by a TypeScript file of the project',
  check: 'write {"ts": "./checks.ts#NAME"}, or an expression as {"cel": "output.raw != \'\'"}',
  schema: 'write the JSON Schema itself, or {"ts": "./schemas.ts#NAME"} with a zod schema',
  tool: 'write {"ts": "./tools/NAME.ts#NAME"}: a tool made with defineTool',
  value: "write the value itself as JSON",
} as const;

const notes = z.registry<KeyNote>();

/** A key that a project may leave out or set to null, with what it means and whether it has an effect here. */
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

/** The type of something optional, under `optional` and `nullable`. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault) {
    inner = inner.unwrap();
  }
  return inner;
}

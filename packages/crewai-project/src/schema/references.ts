import { z } from "zod";

/** CrewAI's reference to Python. It is parsed so that alternatives can be suggested; never followed. */
export const pythonReference = z
  .strictObject({ python: z.string() })
  .describe("A Python object as CrewAI names it. Python does not run here: use ts or cel in its place.");

/** `./file.ts#name`: an export of a file of the project; without `#name`, its default export. */
export const tsReference = z
  .strictObject({
    ts: z
      .string()
      .regex(/^\.?\/?[^#]+\.(ts|mts|js|mjs)(#[A-Za-z_$][\w$]*)?$/, 'write it as "./file.ts#export"')
      .describe("./file.ts#export, relative to the project's folder"),
  })
  .describe("An export of a TypeScript or JavaScript file of the project.");
export type TsReference = z.infer<typeof tsReference>;

export const celReference = z
  .strictObject({ cel: z.string().min(1) })
  .describe("A CEL expression over `output`, the task output: raw, json_dict, name, agent.");
export type CelReference = z.infer<typeof celReference>;

/** Where CrewAI accepts a callable. */
export const callable = z.union([tsReference, pythonReference], {
  error: 'must be {"ts": "./file.ts#function"}',
});

/** Where CrewAI accepts a predicate. */
export const predicate = z.union([celReference, tsReference, pythonReference], {
  error: 'must be {"cel": "…"} or {"ts": "./file.ts#function"}',
});

export const isTs = (value: unknown): value is TsReference =>
  typeof value === "object" && value !== null && "ts" in value;
export const isCel = (value: unknown): value is CelReference =>
  typeof value === "object" && value !== null && "cel" in value;

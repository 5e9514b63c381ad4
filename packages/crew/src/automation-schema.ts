import { AppError, ErrorCode } from "@crewstream/contracts";
import { z } from "zod";
import { toJson, type Json } from "./run/dump.ts";
import type { JsonSchema } from "./tools/tool.ts";

/** What an automation can declare to its callers, in addition to its inputs' names. */
export interface CallerOptions {
  /** The schema of its result: a flow's final value, a crew's `result_json`. A run whose result does not fit fails. */
  output?: z.ZodType | JsonSchema;
  /** The input that receives a chat client's text. */
  chat?: { input: string };
}

/** A zod schema as the JSON Schema of what a caller sends (`input`) or gets (`output`). */
export function toCallerSchema(schema: z.ZodType | JsonSchema, io: "input" | "output"): JsonSchema {
  if (!(schema instanceof z.ZodType)) return schema;
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}

/** What an automation declares about its result and about chats. */
export function callerView({ output, chat }: CallerOptions): { outputSchema?: JsonSchema; chatInput?: string } {
  return {
    ...(output === undefined ? {} : { outputSchema: toCallerSchema(output, "output") }),
    ...(chat === undefined ? {} : { chatInput: chat.input }),
  };
}

/**
 * The inputs of an automation that declares their schema, with its defaults; undeclared names are accepted.
 * @throws AppError `invalid_input` that says what does not fit
 */
export function fittingInputs(
  schema: z.ZodObject | undefined,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const parsed = schema?.loose().safeParse(inputs);
  if (parsed === undefined) return inputs;
  if (parsed.success) return parsed.data;
  throw new AppError(`The inputs do not fit: ${z.prettifyError(parsed.error)}`, { code: ErrorCode.invalidInput });
}

/**
 * The result of an automation that declares its schema, as parsed with it; any other result unchanged.
 * @throws AppError `run_failed` that says what does not fit
 */
export function fittingResult(output: CallerOptions["output"], result: Json): Json {
  if (output === undefined) return result;
  const check = output instanceof z.ZodType ? output : z.fromJSONSchema(output);
  const parsed = check.safeParse(result);
  if (parsed.success) return toJson(parsed.data);
  throw new AppError(`The result does not fit the automation's output: ${z.prettifyError(parsed.error)}`, {
    code: ErrorCode.runFailed,
  });
}

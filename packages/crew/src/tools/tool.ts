import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { z } from "zod";
import type { RunFiles } from "../files/run-files.ts";
import type { PublicFetch } from "./public-fetch.ts";
import type { EmitCustom } from "../run/custom-event.ts";

/** JSON Schema of an object, as shown to a model. */
export type JsonSchema = Record<string, unknown>;

/** What a tool gets in addition to its arguments. */
export interface ToolContext {
  /** Aborted when the run is cancelled, times out or is taken over: pass it to anything that waits. */
  signal: AbortSignal;
  /** Emits a custom event of the run, with any JSON fields. */
  emit: EmitCustom;
  /**
   * The same for every execution of this call, also when the run is resumed after a crash: pass it to services that
   * take idempotency keys, because a tool that has run but whose result was not stored runs once more.
   */
  idempotencyKey: string;
  executionId: string;
  /** Reads, writes and lists files of the run's own directory, by relative path; throws for anything outside. */
  files: Pick<RunFiles, "read" | "write" | "list">;
  /**
   * The absolute path of a file in the run's own directory, for libraries that take one; throws for anything outside and
   * for symbolic links. Prefer `files`: a link that is put there later leads out of what is opened by path.
   */
  pathInRun: (path: string) => Promise<string>;
  /** Fetches from public addresses only; throws if the host allows no fetching. */
  fetchPublic: PublicFetch;
  /** The same as a `fetch`, for APIs: any method, headers and bodies. */
  fetch: typeof fetch;
  /** The run's environment, which contains API keys: the worker's, overridden by the project's `.env`. */
  env: Readonly<Record<string, string | undefined>>;
}

/** A tool as the runtime uses it: made by {@link defineTool}, or by a project reader. */
export interface Tool {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  /** Validates and converts arguments; throws with a message that tells the model what to correct. */
  parse(args: unknown): unknown;
  /** The result is shown to the model as text, anything but text as JSON. Throwing tells the model what went wrong. */
  run(args: unknown, context: ToolContext): unknown;
  /** The result is the agent's final answer. */
  resultAsAnswer?: boolean;
  /** Maximum calls per agent execution; further calls tell the model that the limit is reached. */
  maxUsageCount?: number;
  /** False: a call that a crash interrupted is reported as failed instead of being run again. */
  idempotent?: boolean;
  /** Whether this result may be kept in the crew's tool cache, if it has one. */
  cacheable?(args: unknown, result: unknown): boolean;
}

export interface ToolDefinition<Input extends z.ZodObject> {
  /** Letters, digits, `_` and `-`, at most 64 characters: what providers accept. */
  name: string;
  description: string;
  input: Input;
  run: (args: z.output<Input>, context: ToolContext) => unknown;
  resultAsAnswer?: boolean;
  maxUsageCount?: number;
  idempotent?: boolean;
  cacheable?: (args: z.output<Input>, result: unknown) => boolean;
}

/**
 * A tool with typed, checked arguments.
 * @example defineTool({ name: "add", description: "Adds.", input: z.object({ a: z.number(), b: z.number() }), run: ({ a, b }) => a + b })
 */
export function defineTool<Input extends z.ZodObject>(definition: ToolDefinition<Input>): Tool {
  const { input, run, cacheable, ...rest } = definition;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(definition.name)) {
    throw new AppError(`The tool name "${definition.name}" needs letters, digits, _ and - only, at most 64 of them`, {
      code: ErrorCode.configuration,
    });
  }
  return {
    ...rest,
    inputSchema: z.toJSONSchema(input, { io: "input", target: "draft-7" }),
    parse: (args) => parseWith(input, args),
    run: (args, context) => run(args as z.output<Input>, context),
    ...(cacheable === undefined ? {} : { cacheable: (args, result) => cacheable(args as z.output<Input>, result) }),
  };
}

export interface JsonToolDefinition extends Omit<Tool, "parse"> {
  inputSchema: JsonSchema;
}

/** The same for a tool whose arguments are described by a JSON Schema, as project readers and MCP have them. */
export function defineJsonTool(definition: JsonToolDefinition): Tool {
  const schema = z.fromJSONSchema(definition.inputSchema);
  return { ...definition, parse: (args) => parseWith(schema, args) };
}

function parseWith(schema: z.ZodType, args: unknown): unknown {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  throw new AppError(errorMessage(z.prettifyError(parsed.error)), { code: ErrorCode.invalidInput });
}

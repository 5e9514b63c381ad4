import { z } from "zod";

/** The version of the messages; the child announces which one it uses. */
export const protocolVersion = 1;

const json = z.record(z.string(), z.unknown());
const nullableText = z.string().nullish().default(null);

/** A human-input request from Python. */
export const humanCallSchema = z.object({
  kind: z.literal("human"),
  ask: z.enum(["review", "input"]),
  /** Method or task that asks; empty if Python code just calls `input()`. */
  step: z.string(),
  /** Where in the run's journal the answer is. */
  path: z.string(),
  /** The event that encloses the request. */
  parent: nullableText,
  message: z.string(),
  output: z.unknown().optional(),
  emit: z.array(z.string()).nullish().default(null),
  default: nullableText,
  metadata: json.nullish().default(null),
  flow: nullableText,
  /** The task under review, as `{id, name, description, expected_output}`. */
  task: json.nullish().default(null),
  task_id: nullableText,
  agent: nullableText,
  /** The library emits the events of this request itself. */
  emits: z.boolean().default(false),
});
export type HumanCall = z.infer<typeof humanCallSchema>;

const callSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("journal_read"), path: z.string() }),
  z.object({
    kind: z.literal("journal_write"),
    path: z.string(),
    row: z.object({ kind: z.literal("tool"), value: z.unknown().optional() }),
  }),
  humanCallSchema,
]);
export type ChildCall = z.infer<typeof callSchema>;

const taskSchema = z.object({
  name: z.string(),
  description: z.string(),
  expected_output: z.string(),
  summary: z.string(),
  agent: z.string(),
  output: z.string(),
  output_json: z.unknown().optional(),
});

const failure = { error: z.string(), type: z.string().default("Error"), traceback: z.string().default("") };

const outcomeSchema = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("SUCCESS"),
    result: z.unknown().optional(),
    result_json: z.unknown().optional(),
    tasks: z.array(taskSchema),
  }),
  z.object({ state: z.literal("FAILED"), ...failure }),
  z.object({ state: z.literal("PAUSED") }),
  z.object({ state: z.literal("STOPPED") }),
]);
export type ChildOutcome = z.infer<typeof outcomeSchema>;

export const descriptionSchema = z.object({
  kind: z.enum(["crew", "flow"]),
  name: z.string().nullable(),
  inputs: z.array(z.string()),
  required: z.array(z.string()),
  schema: json.nullable(),
});
export type Description = z.infer<typeof descriptionSchema>;

export const eventMessageSchema = z.object({
  t: z.literal("event"),
  id: z.uuid(),
  type: z.string().min(1).max(200),
  timestamp: z.string(),
  /** For an event that reports an error. */
  traceback: nullableText,
  data: json,
});
export type EventMessage = z.infer<typeof eventMessageSchema>;

/** A child's messages. A `hello` comes first, `finished`, `described` or `undescribed` last. */
export const childMessageSchema = z.discriminatedUnion("t", [
  z.object({ t: z.literal("hello"), protocol: z.number(), python: z.string(), crewai: z.string().nullable() }),
  z.object({ t: z.literal("started"), kind: z.string(), seconds: z.number() }),
  eventMessageSchema,
  z.object({ t: z.literal("call"), id: z.number(), call: callSchema }),
  z.object({ t: z.literal("log"), level: z.string(), text: z.string() }),
  z.object({ t: z.literal("described"), ...descriptionSchema.shape }),
  z.object({ t: z.literal("undescribed"), ...failure }),
  z.object({ t: z.literal("finished"), outcome: outcomeSchema, cpu_seconds: z.number(), threads: z.number() }),
]);
export type ChildMessage = z.infer<typeof childMessageSchema>;

/** What runs in Python: imported with `paths`, relative to the project, on its module path. */
export const targetSchema = z.object({
  name: z.string(),
  kind: z.enum(["crew", "flow", "function", "declared"]),
  module: z.string(),
  attribute: z.string(),
  file: z.string(),
  line: z.number(),
  paths: z.array(z.string()),
});
export type Target = z.infer<typeof targetSchema>;

/** Messages to a child. */
export type ParentMessage =
  | {
      t: "run";
      execution_id: string;
      project: string;
      directory: string;
      target: Target;
      inputs: Readonly<Record<string, unknown>>;
      max_event_bytes: number;
      replays: boolean;
    }
  | { t: "returned"; id: number; value: unknown }
  | { t: "refused"; id: number; error: string }
  | { t: "abort" };

import { z } from "zod";

/** A name that is valid as a path segment and a file name: `release_notes`, `support-crew`. */
export const automationNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "letters, digits, _ and -, at most 64, beginning with a letter or digit");

/** What runs an automation: a thread of the crew worker, or a child process with the real crewai library. */
export const runtimes = ["typescript", "python"] as const;
export type Runtime = (typeof runtimes)[number];

/** A flow's methods and what leads from one to another. */
export const flowGraphSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(["start", "listen", "router"]),
      human: z.boolean().describe("A person reviews its output"),
      layer: z.number().int().describe("Its distance from the start: 0 is the first"),
    }),
  ),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      label: z.string().nullable().describe("The router's label that leads here; null if the method itself does"),
      joins: z.enum(["and", "or"]).nullable().describe("Whether the listener waits for others as well"),
    }),
  ),
});
export type FlowGraphView = z.infer<typeof flowGraphSchema>;

/** What a crew worker announces about an automation, so that the API can serve it without loading its code. */
export const automationAnnouncementSchema = z.object({
  name: automationNameSchema,
  kind: z.enum(["crew", "flow"]),
  runtime: z.enum(runtimes).default("typescript"),
  description: z.string(),
  /** Input names, in the order of AMP's `/inputs`: sorted for a crew, as declared for a flow. */
  inputs: z.array(z.string()),
  /** Which of them are required at kickoff: all of a crew's without a default, none of a flow's. */
  required: z.array(z.string()),
  /** JSON Schema of the inputs, in declared order, with types, defaults and descriptions where known. */
  inputs_schema: z.record(z.string(), z.unknown()).optional(),
  /** JSON Schema of the result, if the automation declares one: of a flow's final value, of a crew's `result_json`. */
  output_schema: z.record(z.string(), z.unknown()).optional(),
  /** The input that receives the text from a chat client. */
  chat_input: z.string().optional(),
  /** Of a flow with at most 100 methods. */
  graph: flowGraphSchema.optional(),
  /** Hash of the automation's source: tells apart workers that serve different versions. */
  version: z.string(),
  /** Versions of the Python environment that it runs in; absent for TypeScript. */
  environment: z.object({ python: z.string(), crewai: z.string() }).optional(),
  /** What will make its runs fail, or may not work as its author expects, one sentence each. */
  warnings: z.array(z.string()).optional(),
});
export type AutomationAnnouncement = z.input<typeof automationAnnouncementSchema>;

/**
 * Why an automation cannot be run: its environment has to be built first, its code is being imported, or it has an error
 * that its author must correct.
 */
export const unavailableStates = ["needs_setup", "starting", "failed"] as const;

/** What a crew worker announces of an automation that it has found and cannot run. */
export const unavailableAutomationSchema = z.object({
  name: automationNameSchema,
  runtime: z.enum(runtimes),
  state: z.enum(unavailableStates),
  /** Why, as a sentence or the error's text. */
  reason: z.string(),
  /** The command that helps, where there is one. */
  fix: z.string().optional(),
});
export type UnavailableAutomation = z.infer<typeof unavailableAutomationSchema>;

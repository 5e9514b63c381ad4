import { z } from "zod";
import { flowAgentSchema } from "./agent-schema.ts";
import { inlineCrewSchema } from "./crew-schema.ts";
import { ignored, key, refused, warned } from "./keys.ts";
import { memoryObject } from "./memory-schema.ts";
import { tsReference } from "./references.ts";
import { llm, positive, record, text } from "./values.ts";

export type ConditionValue = string | { and: ConditionValue[] } | { or: ConditionValue[] };

/** A method's name or a router's label; or a combination of several, nested as needed. */
export const condition: z.ZodType<ConditionValue> = z.lazy(() =>
  z.union(
    [
      text.min(1),
      z.strictObject({ and: z.array(condition).min(1) }),
      z.strictObject({ or: z.array(condition).min(1) }),
    ],
    {
      error: "must be a name, {and: […]} or {or: […]}",
    },
  ),
);

const templated = z.record(z.string(), z.unknown());

const crewAction = z.strictObject({
  call: z.literal("crew"),
  from_declaration: key(text.min(1), "Folder or file of a crew.jsonc, next to the flow's file"),
  with: key(inlineCrewSchema, "The crew itself"),
  inputs: key(templated, "Its inputs; `${…}` is CEL"),
});
const agentAction = z.strictObject({
  call: z.literal("agent"),
  with: flowAgentSchema.describe("The agent and its prompt"),
});
const expressionAction = z.strictObject({
  call: z.literal("expression"),
  expr: text.describe("CEL over state and outputs"),
});
const toolAction = z.strictObject({
  call: z.literal("tool"),
  ref: z
    .union([text.min(1), tsReference], { error: "must be a tool's name" })
    .describe("module:Class, a tool's name, custom:name or {ts}"),
  with: key(templated, "Its arguments; `${…}` is CEL"),
});
const codeAction = z.strictObject({
  call: z.literal("code"),
  ref: z
    .union([tsReference, text.min(1)], { error: 'must be {"ts": "./file.ts#function"}' })
    .describe("{ts: ./file.ts#function} in place of Python's module:function"),
  with: key(templated, "Its arguments, as one object; `${…}` is CEL"),
});
const scriptAction = z.strictObject({
  call: z.literal("script"),
  code: text,
  language: key(z.literal("python"), "Language"),
});

const atomic = [crewAction, agentAction, expressionAction, toolAction, codeAction, scriptAction] as const;
export const atomicAction = z.discriminatedUnion("call", atomic);

const eachAction = z.strictObject({
  call: z.literal("each"),
  in: text.describe("CEL that returns the list"),
  do: z
    .array(
      z.strictObject({
        name: text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a plain word").describe("Its result is outputs.<name>"),
        if: key(text, "CEL: whether the step is done for this item"),
        action: atomicAction,
      }),
    )
    .min(1)
    .describe("Steps for each item, in order; item, outputs and state are available"),
});
export const action = z.discriminatedUnion("call", [...atomic, eachAction]);
export type ActionValue = z.infer<typeof action>;
export type AtomicActionValue = z.infer<typeof atomicAction>;

const persist = z.strictObject({
  enabled: key(
    z.boolean(),
    "Keep the state under its id: a kickoff with that `id`, or with `restoreFromStateId`, goes on from it",
  ),
  verbose: key(z.boolean(), "Log it", ignored),
  persistence: key(z.unknown(), "Where it is kept", ignored),
});

const humanFeedback = z.strictObject({
  message: text.describe("The question to the person"),
  emit: key(z.array(text.min(1)).min(1), "Outcomes; the method routes by the one that the answer maps to"),
  llm: key(llm, "Model that maps the answer to an outcome", { instead: "value" }),
  default_outcome: key(text, "Outcome of an empty answer"),
  approve_outcome: key(text, "Outcome that an approval (is_approve: true) stands for; a key of crewstream's own"),
  reject_outcome: key(text, "Outcome that a rejection (is_approve: false) stands for; a key of crewstream's own"),
  metadata: key(record, "Shown with the question"),
  provider: key(z.unknown(), "Where CrewAI asks; here /resume and the webhook ask", ignored),
  learn: key(z.boolean(), "Learn from answers", warned("not run by this version")),
  learn_source: key(text, "Name for what is learnt", ignored),
  learn_strict: key(z.boolean(), "How answers are checked", ignored),
});
export type HumanFeedbackValue = z.infer<typeof humanFeedback>;

export const methodSchema = z.strictObject({
  description: key(text, "What it does"),
  do: action.describe("What it does when it runs"),
  start: key(
    z.union([z.boolean(), condition], { error: "must be true or a condition" }),
    "Runs when the flow starts, or whenever routers' labels make this hold",
  ),
  listen: key(condition, "Runs when this holds"),
  router: key(z.boolean(), "Its result is a label that others listen to"),
  emit: key(z.array(text.min(1)), "The labels it may return"),
  human_feedback: key(humanFeedback, "A person reviews its result before the flow continues"),
  persist: key(persist, "Keep the state after it"),
});
export type MethodValue = z.infer<typeof methodSchema>;

const defaults = { default: key(record, "Values at the start; inputs of the kickoff win") };
export const stateSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("dict"), ...defaults }),
  z.strictObject({
    type: z.literal("json_schema"),
    json_schema: record.describe("JSON Schema of the state"),
    ...defaults,
  }),
  z.strictObject({
    type: z.literal("pydantic"),
    ref: key(z.union([text, tsReference]), "Python class; json_schema or {ts} stands in its place"),
    json_schema: key(record, "JSON Schema of the state"),
    ...defaults,
  }),
  z.strictObject({
    type: z.literal("unknown"),
    ref: key(text, "Python class that could not be described", ignored),
    ...defaults,
  }),
]);
export type StateValue = z.infer<typeof stateSchema>;

const config = z.strictObject({
  tracing: key(z.boolean(), "CrewAI's hosted traces", ignored),
  stream: key(z.boolean(), "CrewAI's streaming result; here events stream anyway", ignored),
  memory: key(memoryObject, "The memory for its code between runs", { instead: "value" }),
  input_provider: key(text, "Python that brings the inputs", refused("Python", "bring the inputs with the kickoff")),
  suppress_flow_events: key(
    z.boolean(),
    "Publish no events of the flow",
    warned("not observed: subscriptions choose their events"),
  ),
  max_method_calls: key(positive, "How often one method may run (100)"),
  defer_trace_finalization: key(z.boolean(), "CrewAI's hosted traces", ignored),
  checkpoint: key(z.unknown(), "Checkpoints; here every step of every run is journaled", ignored),
});

export const flowSchema = z
  .strictObject({
    $schema: key(text, "For editors: where this schema is", ignored),
    schema: z.literal("crewai.flow/v1").describe("The format and its version"),
    name: text.min(1).describe("Its name in events; it is served under it where it is a plain word"),
    description: key(text, "What it does"),
    state: key(stateSchema, "Shape and first values of the state"),
    config: key(config, "How it runs"),
    persist: key(persist, "Keep the state after every method"),
    conversational: key(z.unknown(), "Chat flows", refused("not run by this version")),
    methods: z.record(z.string(), methodSchema).describe("Its methods by name"),
  })
  .describe("A flow: flow.yaml");
export type FlowKeys = z.infer<typeof flowSchema>;

import { askHuman, pendingInput } from "../human/ask-human.ts";
import type { Memory } from "../memory/memory.ts";
import { abortable } from "../run/abortable.ts";
import { customEmitter } from "../run/custom-event.ts";
import { toJson, type Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { step } from "../run/step.ts";
import type { AskOptions, FlowMethod, MethodContext } from "./flow.ts";
import { methodMemory } from "./flow-memory.ts";
import { reviewOutput } from "./human-feedback.ts";
import { changesBetween, type StateChange } from "./state-changes.ts";

/** What is journaled of a method: its end, not what its body did, so that nothing in it is executed again. */
export interface MethodRow {
  /** What its `method_execution_finished` shows; for a router, the label. */
  result: Json;
  changes: StateChange[];
  /** The listeners' input, if that is not the result. */
  handOn?: Json;
  /** The flow's result if this method is the last, if that is not the method's result. */
  output?: Json;
}

export interface BodyFields {
  flowName: string;
  method: FlowMethod;
  inputs: Readonly<Record<string, unknown>>;
  outputs: Readonly<Record<string, Json>>;
  reviews: Readonly<Record<string, Json>>;
  /** Absent for a method without input. */
  input: Json | undefined;
  state: Readonly<Record<string, Json>>;
  /** The flow's memory. */
  memory: Memory | undefined;
}

/** Runs a method's code on a copy of the state, and has a person review its output if the method requires that. */
export async function runBody(scope: Scope, fields: BodyFields): Promise<MethodRow> {
  const { method, flowName } = fields;
  const { humanFeedback } = method;
  if (humanFeedback === undefined) return runCode(scope, fields);
  // Journaled before the person is asked: the answer may arrive in another process, and the code must not run again.
  const done = await step(scope.at("do"), { kind: "method", perform: (inner) => runCode(inner, fields) });
  const feedback = await reviewOutput(scope, {
    flowName,
    methodName: method.name,
    output: done.result,
    options: humanFeedback,
  });
  const handOn = toJson(feedback);
  if (feedback.outcome === null) return { changes: done.changes, result: handOn, handOn };
  return { changes: done.changes, result: feedback.outcome, handOn, output: done.result };
}

async function runCode(
  scope: Scope,
  { method, inputs, outputs, reviews, input, state, flowName, memory }: BodyFields,
): Promise<MethodRow> {
  const before = structuredClone(state) as Record<string, Json>;
  const draft = structuredClone(before);
  const context: MethodContext<Record<string, unknown>> = {
    state: draft,
    inputs,
    outputs,
    reviews,
    signal: scope.signal,
    emit: customEmitter(scope),
    executionId: scope.run.context.executionId,
    step: async (name, work) => {
      const at = scope.at(`step:${name}`);
      const ordinal = scope.run.nextOrdinal(at.path, "step");
      const own = ordinal === 0 ? at : scope.at(`step:${name}#${ordinal}`);
      return step(own, { kind: "value", perform: async (inner) => inner.enter(work) });
    },
    ...methodMemory(scope, memory),
    ask: (message, options) => ask(scope, { flowName, methodName: method.name }, message, options),
  };
  scope.throwIfAborted();
  const result = await abortable(
    scope.signal,
    scope.enter(async () => method.run(context, input)),
  );
  return { result: toJson(result), changes: changesBetween(before, toJson(draft)) };
}

async function ask(
  scope: Scope,
  { flowName, methodName }: { flowName: string; methodName: string },
  message: string,
  options: AskOptions = {},
): Promise<string | null> {
  const at = scope.at(`ask:${scope.run.nextOrdinal(scope.path, "ask")}`);
  const metadata = options.metadata ?? null;
  const request = pendingInput(at, {
    kind: "input",
    message,
    automation: flowName,
    step: methodName,
    timeoutSeconds: options.timeoutSeconds ?? null,
    metadata: metadata ?? {},
  });
  const shared = { flow_name: flowName, method_name: methodName, message, metadata, request_id: request.id };
  scope.emit("flow_input_requested", shared);
  const answer = await askHuman(at, request);
  const response = answer.timedOut ? null : answer.feedback;
  scope.emit("flow_input_received", { ...shared, response, response_metadata: null });
  return response;
}

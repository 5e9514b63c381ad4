import { eventType } from "./event-type.ts";
import { anything, errorOrigin, maybeAnything, maybeRecord, maybeText, maybeTexts, record, text } from "./fields.ts";
import { taskView } from "./projections.ts";

const flow_name = text;
const method_name = text;
const state = record.describe("The flow's state at that moment; `state.id` is the flow's id.");
const paused = {
  flow_name,
  method_name,
  state,
  flow_id: text,
  message: text.describe("The question to the person."),
  emit: maybeTexts.describe("The outcomes that the answer is mapped to."),
};
const message = text;
const request_id = maybeText.describe("Identifies the request; an answer repeats it.");

const flow = { flow_name: "ReviewFlow" };
const draft = { ...flow, method_name: "draft" };
const stateThen = { id: "9f7c2a10-4f6e-4f0e-8a4e-2d1b5c3e7f60", topic: "4.2", draft: "" };
const question = "Please review the draft";

export const flowEvents = {
  flow_created: eventType("A flow was made, before it runs.", { flow_name }, flow),
  flow_started: eventType(
    "A flow begins to run, or continues after a pause.",
    { flow_name, inputs: maybeRecord },
    { ...flow, inputs: { topic: "4.2" } },
  ),
  method_execution_started: eventType(
    "A method of a flow begins.",
    { flow_name, method_name, state, params: maybeRecord.describe("Positional arguments as `_0`, `_1`…") },
    { ...draft, state: stateThen, params: {} },
  ),
  method_execution_finished: eventType(
    "A method of a flow is completed; a router's result is the label it chose.",
    { flow_name, method_name, result: maybeAnything, state },
    { ...draft, result: "approved", state: { ...stateThen, draft: "# 4.2" } },
  ),
  method_execution_failed: eventType(
    "A method of a flow failed.",
    { flow_name, method_name, error: text, ...errorOrigin },
    { ...draft, error: "No changes found", error_location: "steps.ts:12:9", error_stack: "draft (steps.ts:12:9)" },
  ),
  method_execution_paused: eventType("A method waits for a person's answer; it starts again with it.", paused, {
    ...draft,
    state: stateThen,
    flow_id: stateThen.id,
    message: question,
    emit: ["approved", "rejected"],
  }),
  flow_finished: eventType(
    "A flow has run to its end; its result is that of the last method.",
    { flow_name, result: maybeAnything, state },
    { ...flow, result: "published", state: { ...stateThen, draft: "# 4.2" } },
  ),
  flow_failed: eventType(
    "A flow ended with an error; methods that ran concurrently may still emit events.",
    { flow_name, error: text, ...errorOrigin },
    { ...flow, error: "No changes found", error_location: "steps.ts:12:9", error_stack: "draft (steps.ts:12:9)" },
  ),
  flow_paused: eventType("A flow stands still until a person answers.", paused, {
    ...draft,
    state: stateThen,
    flow_id: stateThen.id,
    message: question,
    emit: ["approved", "rejected"],
  }),
  flow_plot: eventType("A drawing of a flow was made.", { flow_name }, flow),
  flow_input_requested: eventType(
    "A method asks a person for a line of input.",
    { flow_name, method_name, message, metadata: maybeRecord },
    { ...draft, message: "Which version?", metadata: null },
  ),
  flow_input_received: eventType(
    "The input that a method asked for has arrived.",
    { flow_name, method_name, message, response: maybeText, metadata: maybeRecord, response_metadata: maybeRecord },
    { ...draft, message: "Which version?", response: "4.2", metadata: null, response_metadata: null },
  ),
  human_feedback_requested: eventType(
    "A person is asked for feedback on an output.",
    {
      flow_name,
      method_name,
      output: anything,
      message,
      emit: maybeTexts,
      request_id,
      task: taskView.optional().describe("The task under review, if it is a crew's."),
    },
    { ...draft, output: "# 4.2", message: question, emit: ["approved", "rejected"], request_id: "draft" },
  ),
  human_feedback_received: eventType(
    "A person's feedback has arrived; `outcome` is what it was mapped to.",
    { flow_name, method_name, feedback: text, outcome: maybeText, request_id },
    { ...draft, feedback: "Looks good, ship it", outcome: "approved", request_id: "draft" },
  ),
};

import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import type { Agent } from "../agent/agent.ts";
import { executeAgent } from "../agent/execute-agent.ts";
import type { Assignment, LoopResult } from "../agent/loop.ts";
import { callModel } from "../llm/call-model.ts";
import { toEventMessages } from "../llm/messages.ts";
import type { Model } from "../llm/model.ts";
import { resolveModel } from "../llm/resolve-model.ts";
import { taskPrompt } from "../prompts/task-prompt.ts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import { step } from "../run/step.ts";
import type { Tool } from "../tools/tool.ts";
import { answerSchema, readJson, type AnswerSchema } from "./structured.ts";
import { reviewed } from "./reviewed.ts";
import { summaryOf, type TaskOutput } from "./task-output.ts";
import type { TaskDefinition } from "./task.ts";

/** A task of a run: its texts are filled in. */
export interface PlannedTask {
  definition: TaskDefinition;
  name: string;
  description: string;
  expectedOutput: string;
  agent: Agent;
  tools: readonly Tool[];
  index: number;
  count: number;
  crewName: string;
}

/**
 * Does a task at `scope.path` and journals its output there: a run that is run again takes it whole. Emits
 * `task_started` and its ending; rejects with the failure that ended it.
 */
export async function runTask(scope: Scope, task: PlannedTask, context: string): Promise<TaskOutput> {
  const id = scope.run.idOf("task", scope.path);
  const own = scope.derive({
    identity: { ...scope.identity, sourceType: "task", taskId: id, taskName: task.name },
  });
  const described = {
    name: task.name,
    description: task.description,
    expected_output: task.expectedOutput,
    agent: task.agent.role,
    task: { id, name: task.name, description: task.description, expected_output: task.expectedOutput },
    task_index: task.index,
    task_count: task.count,
  };
  const span = new Span(own, "task_started", { ...described, context });
  const failed = (error: unknown): { type: string; data: Record<string, unknown> } => ({
    type: "task_failed",
    data: { ...described, error: errorMessage(error) },
  });
  return within(
    span,
    () =>
      step<TaskOutput>(span.scope, {
        kind: "task",
        input: { task: described, context },
        perform: (inner) => perform(inner, task, described.task, context),
        close: (outcome) => {
          if (outcome.ok) span.end({ type: "task_completed", data: { ...described, output: outcome.value } });
          else span.end(failed(outcome.failure));
        },
      }),
    failed,
  );
}

async function perform(
  scope: Scope,
  task: PlannedTask,
  view: Readonly<Record<string, unknown>>,
  context: string,
): Promise<TaskOutput> {
  const { agent, description, expectedOutput } = task;
  const schema = task.definition.outputSchema === undefined ? undefined : answerSchema(task.definition.outputSchema);
  const model = await resolveModel(scope.run, agent.definition.model);
  const assignment: Assignment = {
    agent,
    model,
    prompt: taskPrompt({
      description,
      expectedOutput,
      context,
      ...(schema === undefined ? {} : { schema: schema.json }),
    }),
    tools: task.tools,
    task: view,
    ...(schema === undefined ? {} : { responseSchema: { name: "answer", schema: schema.json } }),
  };
  const first = await executeAgent(scope, assignment);
  const result = task.definition.humanInput === true ? await reviewed(scope, task, assignment, first) : first;
  const json = schema === undefined ? null : await structured(scope, model, result, schema);
  return {
    name: task.name,
    description,
    expected_output: expectedOutput,
    summary: summaryOf(description),
    raw: result.text,
    pydantic: null,
    json_dict: json,
    agent: agent.role,
    output_format: schema === undefined ? "raw" : "json",
    messages: toEventMessages(result.messages),
    tool_failures: result.failures,
  };
}

/** The answer as JSON; an answer that does not fit is put into form by one more call, and fails the task after that. */
async function structured(scope: Scope, model: Model, result: LoopResult, schema: AnswerSchema): Promise<Json> {
  const first = readJson(result.text, schema);
  if (first.ok) return first.value;
  const request = [
    "Put the following text into JSON that fits this JSON Schema. Answer with the JSON only.",
    JSON.stringify(schema.json),
    `What was wrong with it: ${first.error}`,
    result.text,
  ].join("\n\n");
  const answer = await callModel(scope.at("convert"), {
    model,
    messages: [{ role: "user", content: [{ type: "text", text: request }] }],
    responseSchema: { name: "answer", schema: schema.json },
  });
  const second = readJson(answer.text, schema);
  if (second.ok) return second.value;
  throw new AppError(`The answer does not fit the task's output schema: ${second.error}`, {
    code: ErrorCode.modelFailed,
  });
}

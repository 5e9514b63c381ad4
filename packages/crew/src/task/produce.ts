import { AppError, ErrorCode } from "@crewstream/contracts";
import { executeAgent, learnFrom } from "../agent/execute-agent.ts";
import type { LoopResult } from "../agent/conversation.ts";
import type { Assignment } from "../agent/assignment.ts";
import { callModel } from "../llm/call-model.ts";
import { toEventMessages } from "../llm/messages.ts";
import type { Model } from "../llm/model.ts";
import { mcpTools } from "../mcp/mcp-tools.ts";
import { taskPrompt } from "../prompts/task-prompt.ts";
import type { Json } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";
import type { PlannedTask } from "./planned-task.ts";
import { reviewed } from "./reviewed.ts";
import { answerSchema, readJson, type AnswerSchema } from "./structured.ts";
import { checked, summaryOf, type TaskOutput } from "./task-output.ts";

export interface Production {
  task: PlannedTask;
  model: Model;
  /** The task as it appears in events. */
  view: Readonly<Record<string, unknown>>;
  context: string;
}

/** One complete piece of work on a task: the agent, a person's review, structured output. */
export async function produce(scope: Scope, { task, model, view, context }: Production): Promise<TaskOutput> {
  const { agent, description, expectedOutput, definition, shared } = task;
  const schema = definition.outputSchema === undefined ? undefined : answerSchema(definition.outputSchema);
  const policy = definition.toolFailurePolicy;
  const assignment: Assignment = {
    agent,
    model,
    prompt: taskPrompt({
      description,
      expectedOutput,
      context,
      markdown: definition.markdown === true,
      ...(schema === undefined ? {} : { schema: schema.json }),
    }),
    tools: [...task.tools, ...(await mcpTools(scope, agent.definition.mcps))],
    task: view,
    work: { task: description, expected: expectedOutput },
    learns: definition.humanInput !== true,
    shared: policy === undefined ? shared : { ...shared, toolFailurePolicy: policy },
    ...(schema === undefined ? {} : { responseSchema: { name: "answer", schema: schema.json } }),
  };
  const first = await executeAgent(scope, assignment);
  const own = scope.derive({ identity: { ...scope.identity, agentId: agent.id, agentRole: agent.role } });
  const result = definition.humanInput === true ? await reviewed(scope, task, assignment, first) : first;
  if (definition.humanInput === true) await learnFrom(own.at("learnt"), assignment, result.text);
  const json = schema === undefined ? null : await structured(own, model, result, schema);
  return {
    name: task.name,
    description,
    expected_output: expectedOutput,
    summary: summaryOf(description),
    raw: result.text,
    pydantic: null,
    json_dict: null,
    output_format: "raw",
    ...(schema === undefined ? {} : checked(definition, json)),
    agent: agent.role,
    ...(definition.humanInput === true ? { accepted: true } : {}),
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

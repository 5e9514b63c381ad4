import { executeAgent, learnFrom } from "../agent/execute-agent.ts";
import { fitAnswer, type FittedAnswer } from "../agent/fit-answer.ts";
import type { LoopResult } from "../agent/conversation.ts";
import type { Assignment } from "../agent/assignment.ts";
import { toEventMessages } from "../llm/messages.ts";
import type { Model } from "../llm/model.ts";
import { mcpTools } from "../mcp/mcp-tools.ts";
import { taskPrompt } from "../prompts/task-prompt.ts";
import type { Scope } from "../run/scope.ts";
import type { PlannedTask } from "./planned-task.ts";
import { reviewed } from "./reviewed.ts";
import { answerSchema } from "./structured.ts";
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
  const fit = async (at: Scope, given: LoopResult): Promise<FittedAnswer> =>
    schema === undefined
      ? { result: given, json: null }
      : fitAnswer(agent, schema, given, (attempt, history) =>
          executeAgent(at.at(`fit:${attempt}`), { ...assignment, history }),
        );
  const first = await fit(scope, await executeAgent(scope, assignment));
  const { result, json, accepted } =
    definition.humanInput === true ? await approved(first) : { ...first, accepted: undefined };

  /** A person sees only what fits; an answer that had to be corrected after their approval has not been approved. */
  async function approved({ result: shown, json: shownJson }: FittedAnswer) {
    const last = await reviewed(scope, task, assignment, shown);
    const fitted = last === shown ? { result: shown, json: shownJson } : await fit(scope.at("reviewed"), last);
    const own = scope.derive({ identity: { ...scope.identity, agentId: agent.id, agentRole: agent.role } });
    await learnFrom(own.at("learnt"), assignment, fitted.result.text);
    return { ...fitted, accepted: fitted.result === last };
  }
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
    ...(accepted === undefined ? {} : { accepted }),
    messages: toEventMessages(result.messages),
    tool_failures: result.failures,
  };
}

import { toEventMessages } from "../llm/messages.ts";
import type { Scope } from "../run/scope.ts";
import { errorFields } from "../run/error-fields.ts";
import { Span, within } from "../run/span.ts";
import type { Agent } from "./agent.ts";
import { executionDeadline } from "./execution-deadline.ts";
import { runLoop } from "./loop.ts";
import type { LoopResult } from "./conversation.ts";
import type { Assignment } from "./assignment.ts";
import { followPlan } from "./planning/follow-plan.ts";

/** Runs an agent outside a crew's task: CrewAI's lite agent, with its events and without a task's identity. */
export async function runLiteAgent(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const { agent, tools, prompt } = assignment;
  const { id, role } = agent;
  const own = scope.derive({
    identity: { sourceType: "lite_agent", taskId: null, taskName: null, agentId: id, agentRole: role },
  });
  const info = { agent_info: agentInfo(agent, assignment) };
  const messages = assignment.history === undefined ? prompt : toEventMessages(assignment.history);
  const span = new Span(own, "lite_agent_execution_started", {
    ...info,
    tools: tools.map(({ name, description }) => ({ name, description })),
    messages,
  });
  using deadline = executionDeadline(own, agent.definition.maxExecutionTime);
  const inner = span.scope.derive({ signal: deadline.signal });
  return await within(
    span,
    async () => {
      const result = (await followPlan(inner, assignment)) ?? (await runLoop(inner, assignment));
      inner.emit("agent_logs_execution", {
        formatted_answer: { thought: "", output: result.text, text: result.text },
        verbose: false,
      });
      span.end({ type: "lite_agent_execution_completed", data: { ...info, output: result.text } });
      return result;
    },
    (error) => ({ type: "lite_agent_execution_error", data: { ...info, ...errorFields(own, error) } }),
  );
}

function agentInfo({ id, role, goal, backstory }: Agent, { tools }: Assignment): Record<string, unknown> {
  return { id, role, goal, backstory, tools: tools.map((tool) => tool.name), verbose: false };
}

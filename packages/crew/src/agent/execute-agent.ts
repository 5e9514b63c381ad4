import { errorMessage } from "@crewstream/contracts";
import { withKnowledge } from "../knowledge/recall.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import { StepFailure } from "../run/step.ts";
import { tellUsedSkills, withSkillLoader } from "../skills/agent-skills.ts";
import { agentSummary } from "./agent.ts";
import { executionDeadline } from "./execution-deadline.ts";
import { runLoop, type Assignment, type LoopResult } from "./loop.ts";
import { followPlan } from "./planning/follow-plan.ts";

const defaultRetryLimit = 2;

/**
 * An agent's work on a task, tried again as a whole after an error, up to `maxRetryLimit` times. Each try is one
 * `agent_execution_started` with one ending. A timeout and errors that say they are final are not tried again.
 */
export async function executeAgent(scope: Scope, given: Assignment): Promise<LoopResult> {
  const { agent } = given;
  const assignment = { ...given, tools: withSkillLoader(agent, given.tools) };
  const tries = 1 + (agent.definition.maxRetryLimit ?? defaultRetryLimit);
  const own = scope.derive({
    identity: { ...scope.identity, sourceType: "agent", agentId: agent.id, agentRole: agent.role },
  });
  const told = await informed(own, assignment);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await tryOnce(own.at(`try:${attempt}`), told);
    } catch (error) {
      if (own.run.passesThrough(error) || own.signal.aborted) throw error;
      if (!StepFailure.of(error).retryable || attempt + 1 >= tries) throw error;
    }
  }
}

/** The work with what the agent's knowledge says to it; work that goes on in a conversation has been told before. */
export async function informed(scope: Scope, assignment: Assignment): Promise<Assignment> {
  const { agent, shared, model, prompt, history } = assignment;
  if (history !== undefined) return assignment;
  const { knowledge, knowledgeLimit: limit } = agent.definition;
  const sources = [knowledge, shared?.knowledge];
  return {
    ...assignment,
    prompt: await withKnowledge(scope, { sources, prompt, model, limiter: shared?.limiter, limit }),
  };
}

async function tryOnce(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const { agent, prompt, tools, task = null } = assignment;
  tellUsedSkills(scope, agent);
  const span = new Span(scope, "agent_execution_started", {
    agent: agentSummary(agent),
    task,
    tools: tools.map(({ name, description }) => ({ name, description })),
    task_prompt: prompt,
  });
  using deadline = executionDeadline(scope, agent.definition.maxExecutionTime);
  const inner = span.scope.derive({ signal: deadline.signal });
  return await within(
    span,
    async () => {
      const result = (await followPlan(inner, assignment)) ?? (await actAtOnce(inner, assignment));
      inner.emit("agent_logs_execution", {
        formatted_answer: { thought: "", output: result.text, text: result.text },
        verbose: false,
      });
      span.end({
        type: "agent_execution_completed",
        data: { agent: agentSummary(agent), task, output: result.text },
      });
      return result;
    },
    (error) => ({
      type: "agent_execution_error",
      data: { agent: agentSummary(agent), task, error: errorMessage(error) },
    }),
  );
}

/** The work without a plan, or after one that came to nothing. */
async function actAtOnce(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const { task, prompt } = assignment;
  scope.emit("agent_logs_started", { task_description: task?.["description"] ?? prompt, verbose: false });
  return await runLoop(scope, assignment);
}

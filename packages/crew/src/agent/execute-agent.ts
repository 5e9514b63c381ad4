import { withKnowledge } from "../knowledge/recall.ts";
import { learn } from "../memory/crew-memory.ts";
import { memoryTools } from "../memory/memory-tools.ts";
import { withMemory } from "../memory/with-memory.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import { errorFields } from "../run/error-fields.ts";
import { isRetryable } from "../run/step-failure.ts";
import { emitUsedSkills, withSkillLoader } from "../skills/agent-skills.ts";
import { agentSummary } from "./agent.ts";
import { executionDeadline } from "./execution-deadline.ts";
import { retryLimitOf } from "./fit-answer.ts";
import { runLoop } from "./loop.ts";
import type { LoopResult } from "./conversation.ts";
import type { Assignment } from "./assignment.ts";
import { followPlan } from "./planning/follow-plan.ts";

/** Number of memories a task gets, as in CrewAI. */
const memoriesOfTask = 5;

/**
 * An agent's work on a task, retried as a whole after an error, up to `maxRetryLimit` times. Each attempt is one
 * `agent_execution_started` with one ending. Timeouts and errors marked as final are not retried.
 */
export async function executeAgent(scope: Scope, given: Assignment): Promise<LoopResult> {
  const { agent } = given;
  const assignment = { ...given, tools: withSkillLoader(agent, given.tools) };
  const tries = 1 + retryLimitOf(agent);
  const own = scope.derive({
    identity: { ...scope.identity, sourceType: "agent", agentId: agent.id, agentRole: agent.role },
  });
  const told = await informed(own, assignment);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await tryOnce(own.at(`try:${attempt}`), told);
    } catch (error) {
      if (own.run.passesThrough(error) || own.signal.aborted) throw error;
      if (!isRetryable(error) || attempt + 1 >= tries) throw error;
    }
  }
}

/**
 * Adds what the agent's memory and then its knowledge return for the task, and the memory's tools. Work that continues
 * a conversation has these already.
 */
export async function informed(scope: Scope, assignment: Assignment, memories = memoriesOfTask): Promise<Assignment> {
  const { agent, shared, model, history, work } = assignment;
  const memory = shared?.memory?.of(agent);
  const saves = shared?.memory?.saves;
  const tools = memory === undefined ? [] : memoryTools(memory, saves);
  const own = new Set(assignment.tools.map(({ name }) => name));
  const equipped = { ...assignment, tools: [...assignment.tools, ...tools.filter(({ name }) => !own.has(name))] };
  if (history !== undefined) return equipped;
  let { prompt } = assignment;
  if (memory !== undefined) {
    prompt = await withMemory(scope, { memory, saves, prompt, query: work?.task ?? prompt, limit: memories });
  }
  const { knowledge, knowledgeLimit: limit, knowledgeThreshold: threshold, embedder } = agent.definition;
  const sources = [
    { sources: knowledge, embedder: embedder ?? shared?.embedder },
    { sources: shared?.knowledge, embedder: shared?.embedder },
  ];
  const recall = { sources, prompt, model, limiter: shared?.limiter, limit, threshold };
  return { ...equipped, prompt: await withKnowledge(scope, recall) };
}

/** Starts saving what is worth remembering from an answer, if the agent has a memory. */
export async function learnFrom(scope: Scope, assignment: Assignment, result: string): Promise<void> {
  const { agent, shared, prompt, work } = assignment;
  if (shared?.memory === undefined) return;
  const { task = prompt, expected } = work ?? {};
  await learn(scope, shared.memory, { agent, task, expected, result, limiter: shared.limiter });
}

async function tryOnce(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const { agent, prompt, tools, task = null } = assignment;
  emitUsedSkills(scope, agent);
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
      // Not subject to the deadline: saving what the agent learnt in time must not fail the agent.
      if (assignment.learns !== false) await learnFrom(span.scope.at("learnt"), assignment, result.text);
      span.end({
        type: "agent_execution_completed",
        data: { agent: agentSummary(agent), task, output: result.text },
      });
      return result;
    },
    (error) => ({
      type: "agent_execution_error",
      data: { agent: agentSummary(agent), task, ...errorFields(scope, error) },
    }),
  );
}

/** The work without a plan, or after planning has failed. */
async function actAtOnce(scope: Scope, assignment: Assignment): Promise<LoopResult> {
  const { task, prompt } = assignment;
  scope.emit("agent_logs_started", { task_description: task?.["description"] ?? prompt, verbose: false });
  return await runLoop(scope, assignment);
}

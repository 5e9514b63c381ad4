import { callModel } from "../../llm/call-model.ts";
import { agentPrompt } from "../../prompts/agent-prompt.ts";
import { synthesisQuestion } from "../../prompts/planning-prompt.ts";
import type { Scope } from "../../run/scope.ts";
import type { Assignment } from "../assignment.ts";
import type { PlanStep } from "./plan-step.ts";

/**
 * The agent's answer from the results of its steps, at least one of which must have a result: the last step's result if
 * it reads like a complete answer (CrewAI's rule), else one that the model composes; the results joined together if
 * that fails.
 */
export async function finalAnswer(scope: Scope, assignment: Assignment, steps: readonly PlanStep[]): Promise<string> {
  const { agent, model, prompt, responseSchema, shared } = assignment;
  const given = steps.filter(({ result }) => result !== "");
  const last = given.reduce((latest, step) => (step.number >= latest.number ? step : latest));
  if (responseSchema === undefined && isWholeAnswer(last)) return last.result;
  const results = given
    .map(({ number, description, result }) => `Step ${number} (${description}):\n${result}`)
    .join("\n\n");
  try {
    const answer = await callModel(scope, {
      model,
      messages: agentPrompt(agent, synthesisQuestion(prompt, results), scope.run.startedAt),
      ...(responseSchema === undefined ? {} : { responseSchema }),
      ...(shared?.limiter === undefined ? {} : { limiter: shared.limiter }),
    });
    return answer.text.trim() === "" ? results : answer.text;
  } catch (error) {
    if (scope.run.passesThrough(error) || scope.signal.aborted) throw error;
    return results;
  }
}

function isWholeAnswer({ tool, result }: PlanStep): boolean {
  const text = result.trim();
  if (tool !== null || /^error:|tool execution error/i.test(text)) return false;
  return (text.length >= 200 || text.split(/\s+/).length >= 30) && /[.!?]/.test(text);
}

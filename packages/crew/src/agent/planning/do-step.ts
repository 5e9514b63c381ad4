import { AppError, ErrorCode } from "@crewstream/contracts";
import { agentPrompt } from "../../prompts/agent-prompt.ts";
import { stepQuestion } from "../../prompts/planning-prompt.ts";
import type { Scope } from "../../run/scope.ts";
import { step as journaled } from "../../run/step.ts";
import { takeStep } from "../loop.ts";
import type { Conversation } from "../conversation.ts";
import type { Assignment } from "../assignment.ts";
import type { PlanStep } from "./plan-step.ts";
import type { Planning } from "./planning.ts";

/** What the steps of one plan share: which tools were called how often, and what failed in them. */
export type StepsShare = Pick<Conversation, "tools" | "used" | "failures">;

export type StepOutcome = { ok: true; result: string } | { ok: false };

/**
 * Does one step of a plan in a conversation of its own, which knows of other steps only what they gave. An error of
 * the model or a tool that was not called makes it a failed step; rejects when the work was called off, or for a failed
 * tool under the policy `raise`.
 */
export async function doStep(
  scope: Scope,
  assignment: Assignment,
  planning: Planning,
  step: PlanStep,
  needed: readonly PlanStep[],
  share: StepsShare,
): Promise<StepOutcome> {
  const { agent, prompt } = assignment;
  const conversation: Conversation = {
    ...share,
    messages: agentPrompt(agent, stepQuestion(prompt, step, needed), scope.run.startedAt),
    planStep: { number: step.number, description: step.description },
  };
  // The answer's form is asked for when the steps' results are put together.
  const { responseSchema: _, ...free } = assignment;
  try {
    const result = await converse(scope, free, planning, conversation);
    return missedTool(step, conversation) ? { ok: false } : { ok: true, result };
  } catch (error) {
    const raised = AppError.is(error, ErrorCode.toolFailed);
    if (raised || scope.run.passesThrough(error) || scope.signal.aborted) throw error;
    return { ok: false };
  }
}

async function converse(
  scope: Scope,
  assignment: Assignment,
  { maxStepIterations, stepTimeout }: Planning,
  conversation: Conversation,
): Promise<string> {
  const beganAt = performance.now();
  for (let index = 0; index < maxStepIterations; index += 1) {
    if (stepTimeout !== undefined && index > 0 && (await isLate(scope.at(`late:${index}`), beganAt, stepTimeout)))
      break;
    const text = await takeStep(scope, assignment, conversation, { index, last: false });
    if (text !== undefined) return text;
  }
  return toolResults(conversation).join("\n");
}

/** Journaled, because a life that takes the answers from the journal is faster than the one that waited for them. */
function isLate(scope: Scope, beganAt: number, seconds: number): Promise<boolean> {
  const perform = (): Promise<boolean> => Promise.resolve(performance.now() - beganAt >= seconds * 1000);
  return journaled(scope, { kind: "value", perform });
}

/** Whether the step was to use a tool that there is, and did not. */
function missedTool({ tool }: PlanStep, { tools, messages }: Conversation): boolean {
  if (tool === null || !tools.has(tool)) return false;
  const called = messages.some(
    ({ role, content }) =>
      role === "assistant" && content.some((part) => part.type === "tool-call" && part.toolName === tool),
  );
  return !called;
}

function toolResults({ messages }: Conversation): string[] {
  return messages.flatMap(({ role, content }) =>
    role !== "tool"
      ? []
      : content.flatMap((part) =>
          part.type === "tool-result" && "value" in part.output && typeof part.output.value === "string"
            ? [part.output.value]
            : [],
        ),
  );
}

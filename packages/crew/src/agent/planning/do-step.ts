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

/** Shared by the steps of one plan: how often each tool was called, and which tools failed. */
export type SharedPlanState = Pick<Conversation, "tools" | "used" | "failures">;

export type StepOutcome = { ok: true; result: string } | { ok: false };

/**
 * Executes one step of a plan in its own conversation, which sees only the results of other steps. An error of the
 * model, or a tool that was not called, makes the step fail. Rejects if the work was cancelled, or for a failed tool
 * under the policy `raise`.
 */
export async function doStep(
  scope: Scope,
  assignment: Assignment,
  planning: Planning,
  step: PlanStep,
  needed: readonly PlanStep[],
  share: SharedPlanState,
): Promise<StepOutcome> {
  const { agent, prompt } = assignment;
  const conversation: Conversation = {
    ...share,
    messages: agentPrompt(agent, stepQuestion(prompt, step, needed), scope.run.startedAt),
    planStep: { number: step.number, description: step.description },
  };
  // The answer's schema applies when the results of the steps are combined.
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

/** Journaled, because a replay that takes the answers from the journal is faster than the run that waited for them. */
function isLate(scope: Scope, beganAt: number, seconds: number): Promise<boolean> {
  const perform = (): Promise<boolean> => Promise.resolve(performance.now() - beganAt >= seconds * 1000);
  return journaled(scope, { kind: "value", perform });
}

/** Whether the step should have used an available tool and did not. */
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

import { isApproval } from "@crewstream/contracts";
import { executeAgent } from "../agent/execute-agent.ts";
import type { LoopResult } from "../agent/conversation.ts";
import type { Assignment } from "../agent/assignment.ts";
import { askHuman, pendingInput } from "../human/ask-human.ts";
import type { Scope } from "../run/scope.ts";
import type { PlannedTask } from "./planned-task.ts";
import { summaryOf } from "./task-output.ts";

const question = "Please review this result. Approve it, or say what should be different.";

/**
 * Has a person review a task's answer until they approve it: any other feedback goes to the agent, which continues the
 * same conversation. CrewAI has no events for this; those of flows are used, with the crew and the task as names.
 */
export async function reviewed(
  scope: Scope,
  task: PlannedTask,
  assignment: Assignment,
  first: LoopResult,
): Promise<LoopResult> {
  let result = first;
  for (let round = 0; ; round += 1) {
    const at = scope.at(`human:${round}`).derive({
      identity: { ...scope.identity, agentId: task.agent.id, agentRole: task.agent.role },
    });
    const request = pendingInput(at, {
      kind: "review",
      message: question,
      output: result.text,
      automation: task.crewName,
      step: task.name,
    });
    const asked = {
      output: result.text,
      message: question,
      emit: null,
      task: { ...assignment.task, summary: summaryOf(task.description), agent: task.agent.role },
    };
    const shared = { flow_name: task.crewName, method_name: task.name, request_id: request.id };
    at.emit("human_feedback_requested", { ...shared, ...asked });
    const answer = await askHuman(at, request);
    at.emit("human_feedback_received", { ...shared, feedback: answer.feedback, outcome: null });
    if (isApproval(answer)) return result;
    const feedback = `A person has reviewed your result and says:\n${answer.feedback}\n\nGive the complete corrected result.`;
    result = await executeAgent(scope.at(`review:${round}`), {
      ...assignment,
      history: [...result.messages, { role: "user", content: [{ type: "text", text: feedback }] }],
    });
  }
}

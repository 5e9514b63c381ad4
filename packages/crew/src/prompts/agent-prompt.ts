import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Agent } from "../agent/agent.ts";

/** The first messages of an execution: who the agent is, and what it is asked. `today` is shown where it wants that. */
export function agentPrompt(agent: Agent, taskPrompt: string, today: Date): LanguageModelV4Prompt {
  const { useSystemPrompt = true, injectDate = false } = agent.definition;
  const system = [
    `You are ${agent.role}.`,
    agent.backstory,
    `Your goal: ${agent.goal}`,
    "Use the tools you are given when they help. When you are done, answer with the complete result and nothing else.",
  ].join("\n");
  const asked = injectDate ? `${taskPrompt}\n\nCurrent date: ${today.toISOString().slice(0, 10)}` : taskPrompt;
  const user = (text: string): LanguageModelV4Prompt[number] => ({ role: "user", content: [{ type: "text", text }] });
  if (!useSystemPrompt) return [user(`${system}\n\n${asked}`)];
  return [{ role: "system", content: system }, user(asked)];
}

/** Asked when all iterations are used up. */
export const finalAnswerRequest =
  "You have used all your steps. Do not call a tool any more: give your best complete final answer now, from what you have.";

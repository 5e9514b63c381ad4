import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Agent } from "../agent/agent.ts";

/** The first messages of an execution: who the agent is, and what it is asked. */
export function agentPrompt(agent: Agent, taskPrompt: string): LanguageModelV4Prompt {
  const system = [
    `You are ${agent.role}.`,
    agent.backstory,
    `Your goal: ${agent.goal}`,
    "Use the tools you are given when they help. When you are done, answer with the complete result and nothing else.",
  ].join("\n");
  return [
    { role: "system", content: system },
    { role: "user", content: [{ type: "text", text: taskPrompt }] },
  ];
}

/** Asked when all iterations are used up. */
export const finalAnswerRequest =
  "You have used all your steps. Do not call a tool any more: give your best complete final answer now, from what you have.";

import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { Agent } from "../agent/agent.ts";
import { skillsPrompt } from "./skill-prompt.ts";
import { strftime } from "./strftime.ts";

/**
 * The first messages of an execution: the agent's role and its task. `today` is included if the agent wants the date.
 */
export function agentPrompt(agent: Agent, taskPrompt: string, today: Date): LanguageModelV4Prompt {
  const { useSystemPrompt = true, injectDate = false, dateFormat = "%Y-%m-%d" } = agent.definition;
  const skills = skillsPrompt(agent.definition.skills ?? []);
  const system = [
    `You are ${agent.role}.`,
    agent.backstory,
    `Your goal: ${agent.goal}`,
    "Use the tools you are given when they help. When you are done, answer with the complete result and nothing else.",
    ...(skills === "" ? [] : [`\n${skills}`]),
  ].join("\n");
  const asked = injectDate ? `${taskPrompt}\n\nCurrent date: ${strftime(dateFormat, today)}` : taskPrompt;
  const user = (text: string): LanguageModelV4Prompt[number] => ({ role: "user", content: [{ type: "text", text }] });
  const { systemTemplate, promptTemplate } = agent.definition;
  if (systemTemplate && promptTemplate) return [user(framed(agent, system, asked))];
  // CrewAI, too, makes one message of both if only one of the two templates is given.
  if (!useSystemPrompt || systemTemplate || promptTemplate) return [user(`${system}\n\n${asked}`)];
  return [{ role: "system", content: system }, user(asked)];
}

/** Both texts in the agent's templates, for models that read roles from the text. */
function framed(agent: Agent, system: string, asked: string): string {
  const { systemTemplate = "", promptTemplate = "", responseTemplate } = agent.definition;
  const filled = (template: string): string =>
    template.replace(/\{(role|goal|backstory)\}/g, (_, name: "role" | "goal" | "backstory") => agent[name]);
  return [
    filled(systemTemplate).replaceAll("{{ .System }}", () => system),
    filled(promptTemplate).replaceAll("{{ .Prompt }}", () => asked),
    ...(responseTemplate ? [filled(responseTemplate).split("{{ .Response }}")[0]] : []),
  ].join("\n");
}

/** The stop sequence of the agent's response template; undefined if it has none. */
export function responseEnd({ responseTemplate = "" }: Agent["definition"]): string | undefined {
  const [, end = ""] = responseTemplate.split("{{ .Response }}");
  return end.trim() === "" ? undefined : end.trim();
}

/** Sent when all iterations are used up. */
export const finalAnswerRequest =
  "You have used all your steps. Do not call a tool any more: give your best complete final answer now, from what you have.";

import type { LanguageModelV4Message } from "@ai-sdk/provider";
import { parseArgs, type ModelAnswer, type ToolCall } from "../llm/answer.ts";
import type { Scope } from "../run/scope.ts";
import { callTool, raisedFailure } from "../tools/call-tool.ts";
import type { Toolbox } from "../tools/toolbox.ts";
import type { ToolResult } from "../tools/tool-result.ts";
import type { ToolFailureRecord } from "../tools/failure.ts";
import type { Conversation } from "./conversation.ts";
import type { Assignment } from "./assignment.ts";

export interface AnsweredCalls {
  results: { call: ToolCall; result: ToolResult }[];
  /** Set if a tool's result is the agent's final answer. */
  final: string | undefined;
}

/**
 * Executes the tool calls of one response and appends their results to the conversation. Several calls run in parallel,
 * each on its own strand; they run one after another if a tool counts its uses or may end the loop, as in CrewAI.
 */
export async function answerToolCalls(
  scope: Scope,
  { toolCalls: calls, callId }: Pick<ModelAnswer, "toolCalls" | "callId">,
  { agent, shared }: Assignment,
  conversation: Conversation,
): Promise<AnsweredCalls> {
  const { tools, used, messages } = conversation;
  const box: Toolbox = {
    tools,
    used,
    agent,
    ...(callId === undefined ? {} : { callId }),
    policy: agent.definition.toolFailurePolicy ?? shared?.toolFailurePolicy ?? "warn",
    ...(conversation.planStep === undefined ? {} : { planStep: conversation.planStep }),
    ...(shared?.cache === undefined || agent.definition.cache === false ? {} : { cache: shared.cache }),
  };
  const ordered = calls.some((call) => {
    const tool = tools.get(call.name);
    return tool?.resultAsAnswer === true || tool?.maxUsageCount !== undefined;
  });
  const results = ordered || calls.length === 1 ? await inTurn(scope, calls, box) : await besides(scope, calls, box);

  const answer: Extract<LanguageModelV4Message, { role: "tool" }> = { role: "tool", content: [] };
  let final: string | undefined;
  for (const { call, result } of results) {
    const type = result.failure === null ? "text" : "error-text";
    answer.content.push({
      type: "tool-result",
      toolCallId: call.id,
      toolName: call.name,
      output: { type, value: result.text },
    });
    if (result.failure !== null) note(conversation.failures, call, result.failure, scope);
    if (result.failure !== null && box.policy === "raise")
      throw raisedFailure(call.name, result.failure, result.origin);
    if (result.failure === null && tools.get(call.name)?.resultAsAnswer === true) final ??= result.text;
  }
  messages.push(answer);
  return { results, final };
}

async function inTurn(scope: Scope, calls: readonly ToolCall[], box: Toolbox): Promise<AnsweredCalls["results"]> {
  const results: AnsweredCalls["results"] = [];
  for (const [index, call] of calls.entries()) {
    results.push({ call, result: await callTool(scope.at(`tool:${index}`), call, box) });
  }
  return results;
}

async function besides(scope: Scope, calls: readonly ToolCall[], box: Toolbox): Promise<AnsweredCalls["results"]> {
  const strands = calls.map((call, index) => ({ call, strand: scope.at(`tool:${index}`).fork() }));
  const settled = await Promise.allSettled(strands.map(({ call, strand }) => callTool(strand, call, box)));
  const last = strands.at(-1);
  if (last !== undefined) scope.join(last.strand);
  return settled.map((outcome, index) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return { call: calls[index] as ToolCall, result: outcome.value };
  });
}

function note(
  failures: ToolFailureRecord[],
  call: ToolCall,
  failure: ToolFailureRecord["failure"],
  scope: Scope,
): void {
  const { taskId, taskName, agentRole } = scope.identity;
  const args = parseArgs(call.args);
  failures.push({
    tool_name: call.name,
    failure,
    tool_args: args.ok ? args.value : call.args,
    agent_role: agentRole,
    task_name: taskName,
    task_id: taskId,
  });
}

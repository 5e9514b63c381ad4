import { AppError, ErrorCode, errorMessage, isObject } from "@crewstream/contracts";
import type { ErrorOrigin } from "../journal.ts";
import { parseArgs, type ToolCall } from "../llm/answer.ts";
import { errorFields } from "../run/error-fields.ts";
import { originOf } from "../run/error-origin.ts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { step, stepScope } from "../run/step.ts";
import { errorType, StepFailure } from "../run/step-failure.ts";
import { ToolReportedFailure, type ToolFailure } from "./failure.ts";
import { runTool } from "./run-tool.ts";
import type { Tool } from "./tool.ts";
import type { ToolResult } from "./tool-result.ts";
import type { Toolbox } from "./toolbox.ts";
import { toolEvents } from "./tool-events.ts";

/**
 * Executes a tool call of a model and journals its result at `scope.path`. Rejects only if the work was cancelled; any
 * other failure is a result for the model.
 */
export async function callTool(outer: Scope, call: ToolCall, box: Toolbox): Promise<ToolResult> {
  const args = parseArgs(call.args);
  const input = { tool: call.name, args: call.args };
  const scope = stepScope(outer, input);
  const events = toolEvents(scope, call, args.ok ? args.value : call.args, box);
  if (!args.ok || !isObject(args.value)) {
    const failure = invalidInput(
      `Tool '${call.name}' arguments are not a JSON object${args.ok ? "" : `: ${args.error}`}. Send the arguments as one JSON object`,
      "json_decode_error",
    );
    events.invalidInput(failure);
    events.failed(failure);
    return { text: failure.message, failure, fromCache: false, ...now(scope, now(scope).startedAt) };
  }
  // Counted here and not where it is executed, because a journaled call counts as well.
  const use = (box.used.get(call.name) ?? 0) + 1;
  box.used.set(call.name, use);
  const span = new Span(scope, "tool_usage_started", events.started());
  return step<ToolResult>(scope, {
    kind: "tool",
    input,
    perform: (inner) => perform(span.scope.derive({ usage: inner.usage }), call.name, { args: args.value, use }, box),
    close(outcome) {
      if (!outcome.ok) {
        span.end({ type: "tool_usage_error", data: events.error(errorFields(scope, outcome.failure)) });
        return;
      }
      const result = outcome.value;
      const { failure } = result;
      const raised = failure?.reason === "exception" || failure?.reason === "invalid_input";
      if (failure !== null && raised) {
        const data = events.error(errorFields(scope, thrownBy(failure, result.origin)));
        span.end({ type: "tool_usage_error", data });
      } else span.end({ type: "tool_usage_finished", data: events.finished(result) });
      box.cache?.keep(box.tools.get(call.name), call, result);
      if (failure === null) return;
      if (failure.reason === "invalid_input") events.invalidInput(failure);
      if (failure.reason === "unknown_tool") events.unknownTool(failure);
      events.failed(failure);
    },
  });
}

async function perform(
  scope: Scope,
  name: string,
  { args, use }: { args: unknown; use: number },
  box: Toolbox,
): Promise<ToolResult> {
  const { startedAt } = now(scope);
  const ended = (text: string, failure: ToolFailure | null): ToolResult => ({
    text,
    failure,
    fromCache: false,
    ...now(scope, startedAt),
  });
  const tool = box.tools.get(name);
  if (tool === undefined) {
    const known = [...box.tools.keys()].join(", ") || "none";
    const text = `Tool '${name}' not found. The available tools are: ${known}`;
    return ended(text, { message: text, reason: "unknown_tool", code: name, retryable: false, details: {} });
  }
  if (tool.maxUsageCount !== undefined && use > tool.maxUsageCount) {
    const text = `Tool '${name}' has reached its usage limit of ${tool.maxUsageCount}. Go on without it`;
    return ended(text, { message: text, reason: "usage_limit", code: null, retryable: false, details: {} });
  }
  let parsed: unknown;
  try {
    parsed = tool.parse(args);
  } catch (error) {
    const failure = invalidInput(`Tool '${name}' arguments validation failed: ${errorMessage(error)}`, null);
    return ended(failure.message, failure);
  }
  const kept = box.cache?.get(name, args);
  if (kept !== undefined) return { ...ended(kept, null), fromCache: true };
  return invoke(scope, tool, parsed, ended);
}

async function invoke(
  scope: Scope,
  tool: Tool,
  args: unknown,
  ended: (text: string, failure: ToolFailure | null) => ToolResult,
): Promise<ToolResult> {
  const { run, signal } = scope;
  try {
    return ended(resultText(await runTool(scope, tool, args)), null);
  } catch (error) {
    if (signal.aborted || run.passesThrough(error)) throw error;
    if (error instanceof ToolReportedFailure) return ended(error.message, error.failure);
    // Secrets are removed for the model as well.
    const message = run.errorView.removeSecrets(errorMessage(error));
    const retryable = error instanceof AppError && error.retryable;
    const code = error instanceof AppError ? error.code : errorType(error);
    const text = `Tool '${tool.name}' failed: ${message}`;
    const result = ended(text, { message, reason: "exception", code, retryable, details: {} });
    const origin = originOf(error, run.errorView);
    return origin === undefined ? result : { ...result, origin };
  }
}

/** Thrown by the agent loop for a failed tool under the policy `raise`. */
export function raisedFailure(name: string, failure: ToolFailure, origin: ErrorOrigin | undefined): AppError {
  const cause = thrownBy(failure, origin);
  return new AppError(`Tool '${name}' failed: ${failure.message}`, { code: ErrorCode.toolFailed, cause });
}

/** The error behind a failure, as far as the journal keeps it. */
function thrownBy({ message, code, retryable }: ToolFailure, origin: ErrorOrigin | undefined): StepFailure {
  return new StepFailure({ message, type: code ?? "Error", retryable, ...(origin === undefined ? {} : { origin }) });
}

function now(scope: Scope, startedAt?: string): { startedAt: string; finishedAt: string } {
  const at = scope.run.context.now().toISOString();
  return { startedAt: startedAt ?? at, finishedAt: at };
}

function invalidInput(message: string, code: string | null): ToolFailure {
  return { message, reason: "invalid_input", code, retryable: false, details: {} };
}

/** A tool's result as a model sees it: anything but text as JSON. */
export function resultText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "Done." : JSON.stringify(value, null, 2);
}

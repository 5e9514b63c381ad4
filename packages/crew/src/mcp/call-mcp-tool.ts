import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { ToolReportedFailure } from "../tools/failure.ts";
import { errorKind } from "./error-kind.ts";
import type { McpLink } from "./mcp-link.ts";
import { serverFields } from "./mcp-server.ts";

const defaultCallTimeout = 60;

/**
 * Calls a server's tool, inside the tool's own events. What the server reports as an error is a failure of the tool.
 */
export async function callMcpTool(
  scope: Scope,
  link: McpLink,
  name: string,
  args: unknown,
): Promise<string | ToolReportedFailure> {
  const { server } = link;
  // Outside of the call's events: an unreachable server has its own.
  await link.client(scope);
  const now = (): Date => scope.run.context.now();
  const fields = { ...serverFields(server), tool_name: name, tool_args: args };
  const began = now();
  const span = new Span(scope, "mcp_tool_execution_started", fields);
  const failed = (message: string, type: string): void => {
    const data = { ...fields, error: message, error_type: type, started_at: began, failed_at: now() };
    span.end({ type: "mcp_tool_execution_failed", data });
  };
  try {
    const result = await ask(span.scope, link, { name, arguments: args as Record<string, unknown> });
    const text = textOf(result);
    if (result["isError"] === true) {
      failed(text, "mcp_error");
      return new ToolReportedFailure(text, { reason: "mcp_error" });
    }
    const completed = now();
    const duration = completed.getTime() - began.getTime();
    const data = {
      ...fields,
      result: text,
      started_at: began,
      completed_at: completed,
      execution_duration_ms: duration,
    };
    span.end({ type: "mcp_tool_execution_completed", data });
    return text;
  } catch (error) {
    if (!scope.run.passesThrough(error) && !span.ended)
      failed(errorMessage(error), errorKind(error, "server_error").error_type);
    throw error;
  }
}

type Call = { name: string; arguments: Record<string, unknown> };
type Result = Readonly<Record<string, unknown>>;

/**
 * One call. A connection on which it fails is closed. A server that does not know the session (404) has not accepted
 * the call: it has restarted, and the call is repeated once over a new connection.
 */
async function ask(scope: Scope, link: McpLink, call: Call, again = true): Promise<Result> {
  const timeout = (link.server.callTimeout ?? defaultCallTimeout) * 1000;
  const client = await link.client(scope);
  try {
    return await client.callTool({ ...call, options: { signal: scope.signal, timeout, maxTotalTimeout: timeout } });
  } catch (error) {
    const { code, statusCode } = error as { code?: number; statusCode?: number };
    // An error with a code is the server's own response: the connection is fine.
    if (typeof code !== "number") await link.lose(client);
    if (statusCode !== 404 || !again || scope.signal.aborted) {
      if (typeof code === "number" || scope.signal.aborted || !("command" in link.server)) throw error;
      throw new AppError(await link.explain(error), { code: ErrorCode.toolFailed, cause: error });
    }
    return ask(scope, link, call, false);
  }
}

/** A result as the model reads it: its texts, and a placeholder for other content. */
function textOf(result: Result): string {
  const content = result["content"];
  const parts = Array.isArray(content) ? (content as Record<string, unknown>[]) : [];
  const texts = parts.map((part) => {
    if (typeof part["text"] === "string") return part["text"];
    if (part["type"] === "resource") return JSON.stringify(part["resource"]);
    if (part["type"] === "resource_link") return `${String(part["name"])}: ${String(part["uri"])}`;
    return `[${String(part["type"])}]`;
  });
  if (texts.length > 0) return texts.join("\n");
  return JSON.stringify(result["structuredContent"] ?? result["toolResult"] ?? "");
}

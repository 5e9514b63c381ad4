import { errorMessage } from "@crewstream/contracts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { errorType } from "../run/step.ts";
import { ToolReportedFailure } from "../tools/failure.ts";
import type { McpClient } from "./mcp-connection.ts";
import { serverFields, type McpServer } from "./mcp-server.ts";

const defaultCallTimeout = 60;

/** Calls a tool of a server, inside the tool's own events. What the server calls an error is a failure of the tool. */
export async function callMcpTool(
  scope: Scope,
  server: McpServer,
  name: string,
  args: unknown,
  client: McpClient,
): Promise<string | ToolReportedFailure> {
  const now = (): Date => scope.run.context.now();
  const fields = { ...serverFields(server), tool_name: name, tool_args: args };
  const began = now();
  const span = new Span(scope, "mcp_tool_execution_started", fields);
  const failed = (message: string, type: string): void => {
    const data = { ...fields, error: message, error_type: type, started_at: began, failed_at: now() };
    span.end({ type: "mcp_tool_execution_failed", data });
  };
  try {
    const timeout = (server.callTimeout ?? defaultCallTimeout) * 1000;
    const options = { signal: scope.signal, timeout, maxTotalTimeout: timeout };
    const result = await client.callTool({ name, arguments: args as Record<string, unknown>, options });
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
    if (!scope.run.passesThrough(error) && !span.ended) failed(errorMessage(error), errorType(error));
    throw error;
  }
}

/** A result as a model reads it: its texts, and a word for what is none. */
function textOf(result: Readonly<Record<string, unknown>>): string {
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

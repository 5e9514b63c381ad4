/** Why a tool call failed, in CrewAI's terms (ToolFailure). */
export interface ToolFailure {
  message: string;
  reason: "tool_reported" | "exception" | "mcp_error" | "usage_limit" | "unknown_tool" | "invalid_input";
  code: string | null;
  retryable: boolean;
  details: Record<string, unknown>;
}

/** A failure as listed in a task's output (CrewAI's ToolFailureRecord). */
export interface ToolFailureRecord {
  tool_name: string;
  failure: ToolFailure;
  tool_args: unknown;
  agent_role: string | null;
  task_name: string | null;
  task_id: string | null;
}

/** What a failed tool means for the run: nothing, an event, or the failure of the task. */
export type ToolFailurePolicy = "ignore" | "warn" | "raise";

/** Returned or thrown by a tool to report that it could not do what was asked. */
export class ToolReportedFailure extends Error {
  override readonly name: string = "ToolReportedFailure";
  readonly failure: ToolFailure;

  constructor(
    message: string,
    options: {
      reason?: ToolFailure["reason"];
      code?: string;
      retryable?: boolean;
      details?: Record<string, unknown>;
    } = {},
  ) {
    super(message);
    this.failure = {
      message,
      reason: options.reason ?? "tool_reported",
      code: options.code ?? null,
      retryable: options.retryable ?? false,
      details: options.details ?? {},
    };
  }
}

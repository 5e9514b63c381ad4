/** Classifies a failure of an MCP server in the terms of CrewAI's events; `otherwise` if nothing indicates the kind. */
export function errorKind(
  error: unknown,
  otherwise: "network" | "server_error",
): { error_type: string; status_code: number | null } {
  const { statusCode, name = "" } = error as { statusCode?: unknown; name?: string };
  const status = typeof statusCode === "number" ? statusCode : null;
  if (status === 401 || status === 403) return { error_type: "authentication", status_code: status };
  if (status !== null) return { error_type: "http_error", status_code: status };
  const said = error instanceof Error ? error.message : String(error);
  const timedOut = name === "TimeoutError" || /timed? ?out/i.test(said);
  return { error_type: timedOut ? "timeout" : otherwise, status_code: null };
}

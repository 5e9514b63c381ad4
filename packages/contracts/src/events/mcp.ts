import { eventType } from "./event-type.ts";
import {
  maybeAnything,
  maybeDecimal,
  maybeInstant,
  maybeInteger,
  maybeRecord,
  maybeText,
  optionalFlag,
  text,
} from "./fields.ts";

const server = { server_name: text, server_url: maybeText, transport_type: maybeText };
const tool = { ...server, tool_name: text, tool_args: maybeRecord };
const failed = {
  error: text,
  error_type: maybeText.describe("timeout, authentication, http_error, network, …"),
  started_at: maybeInstant,
  failed_at: maybeInstant,
};

const which = { server_name: "github", server_url: "https://mcp.example.com/mcp", transport_type: "http" };
const call = { ...which, tool_name: "list_pull_requests", tool_args: { milestone: "4.2" } };
const began = { started_at: "2026-11-23T14:08:45.167Z" };
const ended = { ...began, completed_at: "2026-11-23T14:08:45.412Z" };
const broke = { ...began, failed_at: "2026-11-23T14:08:55.167Z", error: "No answer in 10 s", error_type: "timeout" };

export const mcpEvents = {
  mcp_connection_started: eventType(
    "A connection to an MCP server is being established.",
    { ...server, connect_timeout: maybeInteger.describe("Seconds."), is_reconnect: optionalFlag },
    { ...which, connect_timeout: 10, is_reconnect: false },
  ),
  mcp_connection_completed: eventType(
    "An MCP server is connected.",
    {
      ...server,
      started_at: maybeInstant,
      completed_at: maybeInstant,
      connection_duration_ms: maybeDecimal,
      is_reconnect: optionalFlag,
    },
    { ...which, ...ended, connection_duration_ms: 245, is_reconnect: false },
  ),
  mcp_connection_failed: eventType(
    "An MCP server could not be connected.",
    { ...server, ...failed, status_code: maybeInteger.describe("The server's status, if it responded.") },
    { ...which, ...broke, status_code: null },
  ),
  mcp_tool_execution_started: eventType("A tool of an MCP server is called.", tool, call),
  mcp_tool_execution_completed: eventType(
    "A tool of an MCP server has returned a result.",
    {
      ...tool,
      result: maybeAnything,
      started_at: maybeInstant,
      completed_at: maybeInstant,
      execution_duration_ms: maybeDecimal,
    },
    { ...call, ...ended, result: "#812 Faster cold start", execution_duration_ms: 245 },
  ),
  mcp_tool_execution_failed: eventType(
    "A tool of an MCP server failed.",
    { ...tool, ...failed },
    { ...call, ...broke },
  ),
  mcp_config_fetch_failed: eventType(
    "The settings of an MCP server that is kept on CrewAI AMP could not be fetched.",
    { slug: text, error: text, error_type: maybeText },
    { slug: "github", error: "Not found", error_type: "not_found" },
  ),
};

import { AppError, ErrorCode } from "@crewstream/contracts";

interface McpServerBase {
  /** Used in events, and as a prefix of its tools' names. Default: the host of its URL, or its command. */
  name?: string;
  /** Only these tools. */
  allowedTools?: readonly string[];
  /** Not these tools. */
  blockedTools?: readonly string[];
  /** Time limit for connecting and listing, in seconds. Default 30. */
  connectTimeout?: number;
  /** Time limit of one call, in seconds. Default 60. */
  callTimeout?: number;
}

/** A program that speaks MCP on its standard input and output. Its environment is what is given here and PATH. */
export interface McpStdioServer extends McpServerBase {
  command: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  cwd?: string;
}

/** A server on the network, reached through the host's address guard. */
export interface McpHttpServer extends McpServerBase {
  url: string;
  /** Streamable HTTP or, for old servers, server-sent events. Default: the first that the server accepts. */
  transport?: "http" | "sse";
  headers?: Readonly<Record<string, string>>;
}

/**
 * A connection by the name under which CrewAI's platform knows it (`notion`): not available here, reported in the run's
 * events.
 */
export interface McpSlug {
  slug: string;
}

/** A source of further tools: a server of the Model Context Protocol. */
export type McpServer = McpStdioServer | McpHttpServer;

/** A server's name in events. Its headers and environment may contain secrets and are never included. */
export function serverFields(server: McpServer): {
  server_name: string;
  server_url: string | null;
  transport_type: string;
} {
  if ("command" in server) {
    return {
      server_name: server.name ?? server.command.split("/").at(-1) ?? "stdio",
      server_url: null,
      transport_type: "stdio",
    };
  }
  const url = parsedUrl(server.url);
  return {
    server_name: server.name ?? url.hostname,
    server_url: `${url.origin}${url.pathname}`,
    transport_type: server.transport ?? "http",
  };
}

/** Whether the server's filter allows a tool. */
export function isWanted({ allowedTools, blockedTools }: McpServer, tool: string): boolean {
  return (allowedTools?.includes(tool) ?? true) && blockedTools?.includes(tool) !== true;
}

function parsedUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new AppError(`"${text}" is no URL of an MCP server`, { code: ErrorCode.configuration });
  }
}

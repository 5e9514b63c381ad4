import { createHash } from "node:crypto";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { currentScope, type Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { errorType, step } from "../run/step.ts";
import { defineJsonTool, type JsonSchema, type Tool } from "../tools/tool.ts";
import { callMcpTool } from "./call-mcp-tool.ts";
import { connect, type McpClient } from "./mcp-connection.ts";
import { isWanted, serverFields, type McpServer } from "./mcp-server.ts";

interface ListedTool {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  readOnly: boolean;
}

/**
 * The tools of an agent's MCP servers. What a server lists is journaled at `scope.path/mcp:N`, so a run that is run
 * again connects only when a tool must really be called. Rejects with the failure of a server that cannot be reached.
 */
export async function mcpTools(scope: Scope, servers: readonly McpServer[] = []): Promise<Tool[]> {
  const tools: Tool[] = [];
  for (const [index, server] of servers.entries()) {
    const link = scope.run.shared(`mcp:${JSON.stringify(server)}`, () => new McpLink(server));
    const { server_name: name } = serverFields(server);
    const listed = await step<ListedTool[]>(scope.at(`mcp:${index}`), {
      kind: "value",
      perform: async (inner) => listTools(await link.client(inner), inner, server),
    });
    for (const tool of listed) tools.push(toTool(tool, name, link));
  }
  return tools;
}

/** A run's connection to one server, made when first needed, and again after a failure. */
class McpLink {
  readonly server: McpServer;
  #client: Promise<McpClient> | undefined;

  constructor(server: McpServer) {
    this.server = server;
  }

  client(scope: Scope): Promise<McpClient> {
    this.#client ??= this.#connect(scope).catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #connect(scope: Scope): Promise<McpClient> {
    const fields = serverFields(this.server);
    const isReconnect = scope.path.includes("/tool:");
    const now = (): Date => scope.run.context.now();
    const began = now();
    const span = new Span(scope, "mcp_connection_started", {
      ...fields,
      connect_timeout: this.server.connectTimeout ?? null,
      is_reconnect: isReconnect,
    });
    try {
      const client = await connect(scope.run, this.server, scope.signal);
      const data = {
        ...fields,
        started_at: began,
        completed_at: now(),
        connection_duration_ms: now().getTime() - began.getTime(),
        is_reconnect: isReconnect,
      };
      span.end({ type: "mcp_connection_completed", data });
      return client;
    } catch (error) {
      if (scope.run.passesThrough(error)) throw error;
      const failed = { error: errorMessage(error), error_type: errorType(error), started_at: began, failed_at: now() };
      span.end({ type: "mcp_connection_failed", data: { ...fields, ...failed } });
      throw new AppError(`The MCP server ${fields.server_name} could not be connected: ${errorMessage(error)}`, {
        code: ErrorCode.toolFailed,
        cause: error,
      });
    }
  }
}

async function listTools(client: McpClient, scope: Scope, server: McpServer): Promise<ListedTool[]> {
  const listed: ListedTool[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools({
      ...(cursor === undefined ? {} : { params: { cursor } }),
      options: { signal: scope.signal },
    });
    for (const { name, description = "", inputSchema, annotations } of page.tools) {
      if (!isWanted(server, name)) continue;
      listed.push({ name, description, inputSchema, readOnly: annotations?.["readOnlyHint"] === true });
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return listed;
}

function toTool(listed: ListedTool, serverName: string, link: McpLink): Tool {
  return defineJsonTool({
    name: toolName(`${serverName}_${listed.name}`),
    description: listed.description,
    inputSchema: { type: "object", properties: {}, ...listed.inputSchema },
    run: async (args) => {
      const scope = currentScope("an MCP tool");
      return callMcpTool(scope, link.server, listed.name, args, await link.client(scope));
    },
    cacheable: () => listed.readOnly,
  });
}

/** A name that providers accept: letters, digits and `_`, at most 64, made unique by a hash where it is cut. */
function toolName(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
  if (plain.length <= 64) return plain;
  return `${plain.slice(0, 55)}_${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

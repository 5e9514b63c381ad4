import { createHash } from "node:crypto";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { currentScope, type Scope } from "../run/scope.ts";
import { step } from "../run/step.ts";
import { defineJsonTool, type JsonSchema, type Tool } from "../tools/tool.ts";
import { callMcpTool } from "./call-mcp-tool.ts";
import { connectTimeoutMs } from "./mcp-connection.ts";
import { McpLink } from "./mcp-link.ts";
import { isWanted, serverFields, type McpServer, type McpSlug } from "./mcp-server.ts";

interface ListedTool {
  name: string;
  description: string;
  inputSchema: JsonSchema;
  readOnly: boolean;
}

/**
 * The tools of an agent's MCP servers. A server's list is journaled at `scope.path/mcp:N`, so a resumed run connects
 * only if a tool must really be called. Rejects if a server cannot be reached; a connection of CrewAI's platform is
 * reported and skipped, as in CrewAI for an account without it.
 */
export async function mcpTools(scope: Scope, servers: readonly (McpServer | McpSlug)[] = []): Promise<Tool[]> {
  const tools: Tool[] = [];
  for (const [index, server] of servers.entries()) {
    if ("slug" in server) {
      const error = `There is no MCP server "${server.slug}" here: name it by its address or its command`;
      scope.emit("mcp_config_fetch_failed", { slug: server.slug, error, error_type: "not_connected" });
      continue;
    }
    const link = scope.run.shared(`mcp:${JSON.stringify(server)}`, () => new McpLink(server));
    const { server_name: name } = serverFields(server);
    const listed = await step<ListedTool[]>(scope.at(`mcp:${index}`), {
      kind: "value",
      perform: (inner) => listTools(inner, link),
    });
    for (const tool of listed) tools.push(toTool(tool, name, link));
  }
  return tools;
}

/** A server's tools, page by page. Rejects, naming the server, if they cannot be listed. */
async function listTools(scope: Scope, link: McpLink): Promise<ListedTool[]> {
  const { server } = link;
  const client = await link.client(scope);
  try {
    const listed: ListedTool[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listTools({
        ...(cursor === undefined ? {} : { params: { cursor } }),
        options: { signal: scope.signal, timeout: connectTimeoutMs(server) },
      });
      for (const { name, description = "", inputSchema, annotations } of page.tools) {
        if (!isWanted(server, name)) continue;
        listed.push({ name, description, inputSchema, readOnly: annotations?.["readOnlyHint"] === true });
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return listed;
  } catch (error) {
    if (scope.run.passesThrough(error)) throw error;
    await link.lose(client);
    throw new AppError(
      `The MCP server ${serverFields(server).server_name} did not list its tools: ${errorMessage(error)}`,
      {
        code: ErrorCode.toolFailed,
        cause: error,
      },
    );
  }
}

function toTool(listed: ListedTool, serverName: string, link: McpLink): Tool {
  return defineJsonTool({
    name: toolName(`${serverName}_${listed.name}`),
    description: listed.description,
    inputSchema: { type: "object", properties: {}, ...listed.inputSchema },
    run: (args) => callMcpTool(currentScope("an MCP tool"), link, listed.name, args),
    cacheable: () => listed.readOnly,
  });
}

/** A name that providers accept: letters, digits and `_`, at most 64 characters, made unique by a hash if truncated. */
function toolName(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .toLowerCase();
  if (plain.length <= 64) return plain;
  return `${plain.slice(0, 55)}_${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

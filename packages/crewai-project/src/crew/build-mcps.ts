import type { McpServer, McpSlug } from "@crewstream/crew";
import { within, type Location } from "../finding.ts";
import type { Project } from "../project.ts";
import type { McpObject, McpValue } from "../schema/values.ts";
import { present } from "./build-model.ts";

/** The MCP servers that a list names, without invalid ones (each a finding). */
export function buildMcps(project: Project, values: readonly McpValue[], at: Location): (McpServer | McpSlug)[] {
  return values.flatMap((value, index) => {
    const place = within(at, index);
    const server = typeof value === "string" ? byAddress(project, value, place) : byObject(project, value, place);
    return server === undefined ? [] : [server];
  });
}

/** `https://host/mcp#tool`: a server, or one tool of it. A plain word is a connection of CrewAI's platform. */
function byAddress({ findings }: Project, text: string, at: Location): McpServer | McpSlug {
  const [address = "", tool] = text.split("#", 2);
  const url = URL.parse(address);
  if (url?.protocol === "https:" || url?.protocol === "http:") {
    return { url: address, ...(tool ? { allowedTools: [tool] } : {}) };
  }
  findings.warning(
    at,
    `${JSON.stringify(text)} names a connection of CrewAI's platform, which is not available here: the agent works without it`,
    'write the server\'s address, or {"command": …} of one that runs next to the worker',
  );
  return { slug: address.replace(/^crewai-amp:/, "") };
}

function byObject({ findings }: Project, value: McpObject | { python: string }, at: Location): McpServer | undefined {
  if ("python" in value) return undefined;
  const { command, url, tool_filter: filter } = value;
  if (!command === !url) {
    findings.error(at, 'an MCP server needs either "command" or "url"');
    return undefined;
  }
  const filters = present({ allowedTools: filter?.allowed_tool_names, blockedTools: filter?.blocked_tool_names });
  if (command) return { command, ...filters, ...present({ args: value.args, env: value.env }) };
  const transport = value.streamable === false ? ("sse" as const) : value.streamable ? ("http" as const) : undefined;
  return { url: url ?? "", ...filters, ...present({ headers: value.headers, transport }) };
}

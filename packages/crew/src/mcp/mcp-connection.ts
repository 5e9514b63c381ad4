import { AppError, ErrorCode } from "@crewstream/contracts";
import type { createMCPClient } from "@ai-sdk/mcp";
import type { Run } from "../run/run.ts";
import type { McpServer } from "./mcp-server.ts";

export type McpClient = Awaited<ReturnType<typeof createMCPClient>>;

const defaultConnectTimeout = 30;

/** Connects to a server; the run closes the connection at its end. The packages are loaded when first needed. */
export async function connect(run: Run, server: McpServer, signal: AbortSignal): Promise<McpClient> {
  const { createMCPClient } = await import("@ai-sdk/mcp");
  const client = await createMCPClient({
    transport: await transportOf(run, server),
    clientName: "crewstream",
    // Faults between requests would go unheard; those of a request are told by the request itself.
    onUncaughtError: () => undefined,
    initializationOptions: { signal, timeout: (server.connectTimeout ?? defaultConnectTimeout) * 1000 },
  });
  run.onEnd(() => client.close());
  return client;
}

type Transport = Parameters<typeof createMCPClient>[0]["transport"];

async function transportOf(run: Run, server: McpServer): Promise<Transport> {
  if ("command" in server) {
    const { StdioMCPTransport } = await import("@ai-sdk/mcp/mcp-stdio");
    return new StdioMCPTransport({
      command: server.command,
      stderr: "ignore",
      ...(server.args === undefined ? {} : { args: [...server.args] }),
      ...(server.env === undefined ? {} : { env: { ...server.env } }),
      ...(server.cwd === undefined ? {} : { cwd: server.cwd }),
    });
  }
  const { guardedFetch } = run.context;
  if (guardedFetch === undefined) {
    throw new AppError(`The MCP server ${server.url} cannot be reached: this run may not use the network`, {
      code: ErrorCode.forbidden,
    });
  }
  return {
    type: server.transport ?? "http",
    url: server.url,
    fetch: guardedFetch,
    ...(server.headers === undefined ? {} : { headers: { ...server.headers } }),
  };
}

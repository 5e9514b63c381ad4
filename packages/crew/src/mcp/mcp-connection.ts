import { AppError, ErrorCode } from "@crewstream/contracts";
import type { createMCPClient } from "@ai-sdk/mcp";
import type { Run } from "../run/run.ts";
import type { McpServer } from "./mcp-server.ts";
import { StdioWatch } from "./stdio-watch.ts";

export type McpClient = Awaited<ReturnType<typeof createMCPClient>>;

const defaultConnectTimeout = 30;

/** Time limit for connecting, or for one page of the list of tools. */
export function connectTimeoutMs({ connectTimeout = defaultConnectTimeout }: McpServer): number {
  return connectTimeout * 1000;
}

interface ConnectOptions {
  signal: AbortSignal;
  /** Called with the watch of a server that is a process, before it is started. */
  onProcess: (watch: StdioWatch) => void;
  /** Called when a connection is lost between two requests. */
  onLost: () => void;
}

/**
 * Connects to a server; the run closes the connection at its end. The packages are loaded on first use. If a URL
 * rejects streamable HTTP, server-sent events are tried, as MCP's specification requires of clients, unless the
 * transport is given.
 */
export async function connect(run: Run, server: McpServer, options: ConnectOptions): Promise<McpClient> {
  try {
    return await open(run, server, options);
  } catch (error) {
    const { statusCode = 0 } = error as { statusCode?: number };
    const refused = "url" in server && server.transport === undefined && [400, 404, 405].includes(statusCode);
    const older = refused
      ? await open(run, { ...server, transport: "sse" }, options).catch(() => undefined)
      : undefined;
    if (older === undefined) throw error;
    return older;
  }
}

async function open(run: Run, server: McpServer, { signal, onLost, onProcess }: ConnectOptions): Promise<McpClient> {
  const { createMCPClient } = await import("@ai-sdk/mcp");
  const transport = await transportOf(run, server, onProcess);
  const client = await createMCPClient({
    transport,
    clientName: "crewstream",
    // A failed request reports its own error. Between requests, the end of a stream ends the connection; streamable
    // HTTP does not need one.
    onUncaughtError: "url" in server && server.transport !== "sse" ? () => undefined : onLost,
    initializationOptions: { signal, timeout: connectTimeoutMs(server) },
  });
  if ("start" in transport) {
    const { onclose } = transport;
    Object.assign(transport, {
      onclose: () => {
        onclose?.();
        onLost();
      },
    });
  }
  run.onEnd(() => client.close());
  return client;
}

type Transport = Parameters<typeof createMCPClient>[0]["transport"];

async function transportOf(run: Run, server: McpServer, onProcess: ConnectOptions["onProcess"]): Promise<Transport> {
  if ("command" in server) {
    const { StdioMCPTransport } = await import("@ai-sdk/mcp/mcp-stdio");
    // Relative paths in a project's files are the project's.
    const cwd = server.cwd ?? run.context.root;
    const transport = new StdioMCPTransport({
      command: server.command,
      stderr: "pipe",
      ...(server.args === undefined ? {} : { args: [...server.args] }),
      ...(server.env === undefined ? {} : { env: { ...server.env } }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    onProcess(new StdioWatch(server, transport as unknown as ConstructorParameters<typeof StdioWatch>[1]));
    return transport;
  }
  const { guardedFetch } = run.context;
  if (guardedFetch === undefined) {
    throw new AppError(`The MCP server ${server.url} cannot be reached: this run has no network access`, {
      code: ErrorCode.forbidden,
    });
  }
  const { url, transport: type = "http", headers = {} } = server;
  return { type, url, fetch: type === "sse" ? endingQuietly(guardedFetch) : guardedFetch, headers: { ...headers } };
}

/**
 * The same, with bodies that end where they break off. The client for server-sent events treats an end as a lost
 * connection, but when it closes a stream that failed, it leaves a rejected promise without a handler, which ends the
 * process.
 */
function endingQuietly(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const { body, status, statusText, headers } = await fetch(input, init);
    return new Response(body === null ? null : ReadableStream.from(untilBroken(body)), { status, statusText, headers });
  };
}

async function* untilBroken(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    return;
  }
}

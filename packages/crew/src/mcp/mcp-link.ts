import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { errorKind } from "./error-kind.ts";
import { connect, connectTimeoutMs, type McpClient } from "./mcp-connection.ts";
import { serverFields, type McpServer } from "./mcp-server.ts";
import type { StdioWatch } from "./stdio-watch.ts";

/** A run's connection to one server, opened on first use and reopened after it was lost. */
export class McpLink {
  readonly server: McpServer;
  #client: Promise<McpClient> | undefined;
  #connects = 0;
  #watch: StdioWatch | undefined;

  constructor(server: McpServer) {
    this.server = server;
  }

  /** The connection. Rejects, naming the server, if it cannot be opened. */
  client(scope: Scope): Promise<McpClient> {
    const own = (this.#client ??= this.#connect(scope, () => this.#drop(own)));
    own.catch(() => this.#drop(own));
    return own;
  }

  /** Discards a failed connection: the next call opens another. */
  async lose(client: McpClient): Promise<void> {
    if ((await this.#client?.catch(() => undefined)) !== client) return;
    this.#client = undefined;
    await client.close().catch(() => undefined);
  }

  /** The details of a failure: how the server's process ended, if it has one; else the error itself. */
  async explain(error: unknown): Promise<string> {
    return (await this.#watch?.exitReport()) ?? errorMessage(error);
  }

  #drop(client: Promise<McpClient>): void {
    if (this.#client === client) this.#client = undefined;
  }

  async #connect(scope: Scope, onLost: () => void): Promise<McpClient> {
    const fields = serverFields(this.server);
    // Also in a resumed run, where the list of tools is journaled and an earlier worker had the connection.
    const isReconnect = this.#connects > 0 || scope.path.includes("/tool:");
    this.#connects += 1;
    const now = (): Date => scope.run.context.now();
    const began = now();
    const span = new Span(scope, "mcp_connection_started", {
      ...fields,
      connect_timeout: Math.ceil(connectTimeoutMs(this.server) / 1000),
      is_reconnect: isReconnect,
    });
    try {
      const client = await connect(scope.run, this.server, {
        signal: scope.signal,
        onLost,
        onProcess: (watch) => (this.#watch = watch),
      });
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
      const reason = await this.explain(error);
      const failed = {
        error: reason,
        ...errorKind(error, "network"),
        started_at: began,
        failed_at: now(),
      };
      span.end({ type: "mcp_connection_failed", data: { ...fields, ...failed } });
      throw new AppError(`The MCP server ${fields.server_name} could not be connected: ${reason}`, {
        code: ErrorCode.toolFailed,
        cause: error,
      });
    }
  }
}

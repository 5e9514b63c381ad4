import { waitAtMost } from "@crewstream/contracts";
import type { ChildProcess } from "node:child_process";
import type { McpStdioServer } from "./mcp-server.ts";

/** Characters kept from the end of a server's standard error. */
const maxTail = 2000;
/** Node prints the error about ten lines before the end. */
const shownLines = 15;
/** A connection is seen as closed shortly before the process is known to have ended; ms. */
const exitGraceMs = 1000;

/** What a transport over standard input and output does not expose: the process that it starts. */
interface ProcessTransport {
  start(): Promise<void>;
  process?: ChildProcess | undefined;
}

/** Follows the process of an MCP server, so that a server that crashes is more than a closed connection. */
export class StdioWatch {
  readonly #server: McpStdioServer;
  #tail = "";
  readonly #ended = Promise.withResolvers<string>();

  constructor(server: McpStdioServer, transport: ProcessTransport) {
    this.#server = server;
    const start = transport.start.bind(transport);
    transport.start = async () => {
      const started = start();
      const { process } = transport;
      process?.stderr?.on("data", (chunk: Buffer) => (this.#tail = (this.#tail + chunk.toString()).slice(-maxTail)));
      process?.once("close", (code, signal) => this.#ended.resolve(signal ?? `code ${code}`));
      await started;
    };
  }

  /** How the process ended and its last output; undefined while it runs. */
  async exitReport(): Promise<string | undefined> {
    const ended = await waitAtMost(this.#ended.promise, exitGraceMs);
    if (ended === undefined) return undefined;
    const { command, args = [] } = this.#server;
    const lines = this.#withoutSecrets()
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-shownLines)
      .join("\n");
    return `${[command, ...args].join(" ")} ended with ${ended.value}${lines === "" ? "" : `:\n${lines}`}`;
  }

  #withoutSecrets(): string {
    return Object.values(this.#server.env ?? {})
      .filter((value) => value.length >= 6)
      .reduce((text, value) => text.replaceAll(value, "[secret]"), this.#tail);
  }
}

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerJsonRpc } from "./mcp-answers.ts";

interface Message {
  id?: number;
  method: string;
  params?: Record<string, unknown>;
}

export interface McpTestServer extends AsyncDisposable {
  /** Streamable HTTP: `/mcp` responds with JSON, `/mcp-events` with a stream. */
  origin: string;
  /** Requested methods, in order, including notifications. */
  methods: string[];
  /** Headers of the requests. */
  headers: IncomingMessage["headers"][];
  /** Forgets the sessions and cuts the streams, like a server that was restarted. */
  restart(): void;
}

/**
 * An MCP server on loopback: streamable HTTP with sessions, and the older server-sent events (`/sse`, whose responses
 * are sent on the stream). `/silent` accepts a connection and never sends anything on it; `/elsewhere` redirects.
 */
export async function mcpServer(): Promise<McpTestServer> {
  const methods: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const sessions = new Set<string>();
  const streams = new Map<string, ServerResponse>();
  const take = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    headers.push(request.headers);
    if (pathname === "/sse" && request.method === "GET") return openStream(response, streams);
    if (pathname === "/silent") return response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    if (pathname === "/elsewhere") return void response.writeHead(307, { location: "/mcp" }).end();
    if (request.method !== "POST" || pathname === "/sse") return void response.writeHead(405).end();
    const message = JSON.parse(text) as Message;
    if (pathname === "/messages") {
      const stream = streams.get(searchParams.get("session") ?? "");
      if (stream === undefined) return void response.writeHead(404).end("no such session");
      methods.push(message.method);
      const answer = answerJsonRpc(message);
      response.writeHead(202).end();
      if (answer !== undefined) stream.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`);
      return undefined;
    }
    if (pathname !== "/mcp" && pathname !== "/mcp-events") return void response.writeHead(404).end("nothing here");
    const isFirst = message.method === "initialize" || message.method.startsWith("server/");
    const session = String(request.headers["mcp-session-id"]);
    if (!isFirst && !sessions.has(session)) return void response.writeHead(404).end("no such session");
    methods.push(message.method);
    const given = isFirst ? randomUUID() : session;
    sessions.add(given);
    answer(response, answerJsonRpc(message), { session: given, streamed: pathname === "/mcp-events" });
  };
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on("data", (chunk: Buffer) => body.push(chunk));
    request.on("end", () => take(request, response, Buffer.concat(body).toString()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    methods,
    headers,
    restart() {
      sessions.clear();
      for (const stream of streams.values()) stream.destroy();
      streams.clear();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function openStream(response: ServerResponse, streams: Map<string, ServerResponse>): void {
  const session = randomUUID();
  streams.set(session, response);
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`event: endpoint\ndata: /messages?session=${session}\n\n`);
}

function answer(
  response: ServerResponse,
  message: object | undefined,
  { session, streamed }: { session: string; streamed: boolean },
): void {
  if (message === undefined) return void response.writeHead(202).end();
  const json = JSON.stringify(message);
  response.writeHead(200, {
    "content-type": streamed ? "text/event-stream" : "application/json",
    "mcp-session-id": session,
  });
  response.end(streamed ? `event: message\ndata: ${json}\n\n` : json);
}

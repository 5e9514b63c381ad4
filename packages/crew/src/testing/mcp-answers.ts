interface McpRequest {
  method: string;
  params?: Record<string, unknown>;
}

const noInput = { type: "object" };

/** The responses of the tests' MCP server, over any transport; undefined for an unknown method. */
function answerMcp({ method, params = {} }: McpRequest): object | undefined {
  if (method === "initialize") {
    return {
      protocolVersion: params["protocolVersion"],
      capabilities: { tools: {} },
      serverInfo: { name: "t", version: "1" },
    };
  }
  if (method === "tools/list") {
    const add = { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] };
    // Two pages.
    if (params["cursor"] === undefined) {
      return { tools: [{ name: "add.up", description: "Adds", inputSchema: add }], nextCursor: "2" };
    }
    return {
      tools: [
        { name: "fail", description: "Fails", inputSchema: noInput },
        { name: "hidden", description: "Hidden", inputSchema: noInput },
      ],
    };
  }
  if (method !== "tools/call") return undefined;
  if (params["name"] !== "add.up") return { isError: true, content: [{ type: "text", text: "it failed" }] };
  const { a, b } = params["arguments"] as { a: number; b: number };
  return { content: [{ type: "text", text: String(a + b) }] };
}

/** The response to a JSON-RPC message; undefined for a notification. */
export function answerJsonRpc(message: {
  id?: number;
  method: string;
  params?: Record<string, unknown>;
}): object | undefined {
  if (message.id === undefined) return undefined;
  const result = answerMcp(message);
  const outcome = result === undefined ? { error: { code: -32601, message: "Method not found" } } : { result };
  return { jsonrpc: "2.0", id: message.id, ...outcome };
}

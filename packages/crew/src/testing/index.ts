export { eventProblems, traceOf } from "./event-problems.ts";
export { mcpServer, type McpTestServer } from "./mcp-server.ts";
export { recordingSink, type RecordingSink } from "./recording-sink.ts";
export { scriptedModel, type ScriptedAnswer, type ScriptedModel } from "./scripted-model.ts";
export { testContext } from "./test-context.ts";

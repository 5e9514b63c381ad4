export { eventProblems, traceOf } from "./event-problems.ts";
export { mcpServer, type McpTestServer } from "./mcp-server.ts";
export { memoryStoreContract, storedMemory } from "./memory-store-contract.ts";
export { linesOf, pausesOf, type Own, type RecordedLine } from "./recorded-lines.ts";
export { recordingSink, type RecordingSink } from "./recording-sink.ts";
export { chatCompletions } from "./wire/chat-completions.ts";
export { providerServer, type Asked, type ProviderServer, type Scripted } from "./wire/provider-server.ts";
export { scriptedModel, type ScriptedAnswer, type ScriptedModel } from "./scripted-model.ts";
export { testContext } from "./test-context.ts";

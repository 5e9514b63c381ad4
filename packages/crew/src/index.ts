export { memoryJournal, type Journal, type JournalKind, type JournalRow } from "./journal.ts";
export type { RunFiles } from "./files/run-files.ts";
export { originOf, type ErrorView } from "./run/error-origin.ts";
export { closingEvents, OpenEvents } from "./run/open-events.ts";
export { secretRemover } from "./run/secret-remover.ts";
export type { Automation, EventSink, RunContext, RuntimeEvent } from "./run-context.ts";
export type { AgentDefinition, StepCallback } from "./agent/agent.ts";
export { defineAgent, type AgentKickoffOptions, type AgentOutput, type StandaloneAgent } from "./agent/define-agent.ts";
export { emptyStep, type StepReport } from "./agent/agent-step.ts";
export type { CrewDefinition, CrewOutput } from "./crew/crew.ts";
export { defineCrew, type Crew } from "./crew/define-crew.ts";
export { and, or, type Condition } from "./flow/condition.ts";
export { flowGraph, type FlowEdge, type FlowGraph, type FlowNode } from "./flow/flow-graph.ts";
export { flowSvg } from "./flow/flow-svg.ts";
export type { FlowStateStore } from "./flow/flow-state-store.ts";
export { defineFlow, flowFrom, type Flow } from "./flow/define-flow.ts";
export type { FlowBuilder } from "./flow/flow-builder.ts";
export type {
  AskOptions,
  FlowDefinition,
  FlowMethod,
  FlowOptions,
  MethodBody,
  MethodContext,
  MethodOptions,
  RecallOptions,
} from "./flow/flow.ts";
export type { HumanFeedback, HumanFeedbackOptions } from "./flow/human-feedback.ts";
export type { Guardrail, GuardrailFunction, Verdict } from "./guardrail/guardrail.ts";
export type { KnowledgeSource } from "./knowledge/knowledge.ts";
export type { Embedder, EmbedderConfig, EmbedderRef } from "./embedder/embedder.ts";
export type { MemoryOptions, MemoryPath, MemoryRef, MemorySlice } from "./memory/memory.ts";
export { processMemoryStore, type MemoryChange, type MemoryStore, type StoredMemory } from "./memory/memory-store.ts";
export type { RememberOptions } from "./memory/remember.ts";
export type { MemoryMatch } from "./memory/score.ts";
export type { McpHttpServer, McpServer, McpSlug, McpStdioServer } from "./mcp/mcp-server.ts";
export type { CustomModel, Model, ModelConfig, ModelRef, ModelSettings } from "./llm/model.ts";
export { modelProblems, type ModelSettingsOfWorker } from "./llm/check-models.ts";
export { importModule } from "./import-module.ts";
export type { Skill } from "./skills/skill.ts";
export type { TaskDefinition } from "./task/task.ts";
export type { TaskOutput } from "./task/task-output.ts";
export { builtInTools } from "./tools/builtin/built-in-tools.ts";
export { readCsvTool, readJsonTool } from "./tools/builtin/data.ts";
export { fetchPageTool } from "./tools/builtin/fetch-page.ts";
export { listFilesTool, readFileTool, writeFileTool } from "./tools/builtin/files.ts";
export { searchTextTool } from "./tools/builtin/search-text.ts";
export type { FetchedPage, PublicFetch } from "./tools/public-fetch.ts";
export { ToolReportedFailure, type ToolFailure, type ToolFailurePolicy } from "./tools/failure.ts";
export {
  defineJsonTool,
  defineTool,
  type JsonSchema,
  type JsonToolDefinition,
  type Tool,
  type ToolContext,
  type ToolDefinition,
} from "./tools/tool.ts";

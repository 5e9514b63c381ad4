/**
 * Building blocks for readers of project formats, in addition to what automations themselves import (`index.ts`). May
 * change with any version; `packages/crewai-project` and `packages/python-runtime` change with it.
 */
export { crewInputs } from "./crew/crew-inputs.ts";
export { embeddingProviderName, embeddingProviders } from "./embedder/embedding-providers.ts";
export { openFile, openFolder, readAtMost } from "./files/open-inside.ts";
export { namesIn } from "./flow/condition.ts";
export { documentEndings, formOf, textOf, type DocumentForm } from "./knowledge/documents/document-text.ts";
export { DocumentFault, documentLimits } from "./knowledge/documents/limits.ts";
export { piecesOf } from "./knowledge/knowledge.ts";
export { offlineAnswer, type OfflineAnswer, type OfflineQuestion } from "./llm/offline-answer.ts";
export { providerName, providers } from "./llm/providers.ts";
export { ownFields } from "./llm/request-fields.ts";
export { parseModelName } from "./llm/resolve-model.ts";
export { showsDate, unknownDirectives } from "./prompts/strftime.ts";
export { errorFields } from "./run/error-fields.ts";
export { toJson, type Json } from "./run/dump.ts";
export { currentScope } from "./run/scope.ts";
export { Span } from "./run/span.ts";
export { step, stepScope } from "./run/step.ts";
export { distinct } from "./skills/skill.ts";
export { placeholders } from "./task/interpolate.ts";
export { answerSchema } from "./task/structured.ts";
export { braveNewsTool, braveSearchTool, exaSearchTool, tavilySearchTool } from "./tools/builtin/search-apis.ts";
export { documentSearch, searchIn, searchWebsiteTool } from "./tools/builtin/search-documents.ts";
export { webSearchTool } from "./tools/builtin/web-search.ts";
export { resultText } from "./tools/call-tool.ts";
export { runTool } from "./tools/run-tool.ts";
export { toolEvents } from "./tools/tool-events.ts";

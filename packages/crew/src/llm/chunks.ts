import { createHash } from "node:crypto";
import { eventId } from "@crewstream/contracts";
import type { Scope } from "../run/scope.ts";
import type { AnswerChunk } from "./read-answer.ts";

/**
 * Emits the chunks of a response. They are not journaled, so a call that a crash interrupted streams again. Their ids
 * depend on everything streamed so far: chunks that are streamed identically again are dropped as duplicates, and where
 * the new response differs, it has new ids. `chunk_index` tells a reader which chunk a different one replaces.
 */
export function chunkEmitter(scope: Scope, callId: string): (chunk: AnswerChunk) => Promise<void> {
  const { run } = scope;
  const soFar = createHash("sha256");
  let index = 0;
  return async (chunk) => {
    const type = chunk.kind === "thinking" ? "llm_thinking_chunk" : "llm_stream_chunk";
    soFar.update(`${chunk.kind}\n${chunk.text}\n`);
    const path = `${scope.path}/chunks:${soFar.copy().digest("base64url")}`;
    const id = eventId(run.context.executionId, path, type, index);
    scope.emit(type, { ...chunkData(chunk, callId), chunk_index: index }, { id });
    index += 1;
    await run.sinkReady();
  };
}

function chunkData(chunk: AnswerChunk, callId: string): Record<string, unknown> {
  const base = { model: null, call_id: callId, chunk: chunk.text, response_id: chunk.responseId };
  if (chunk.kind !== "tool")
    return chunk.kind === "thinking" ? base : { ...base, tool_call: null, call_type: "llm_call" };
  return {
    ...base,
    call_type: "tool_call",
    tool_call: {
      id: chunk.toolCallId,
      type: "function",
      index: 0,
      function: { name: chunk.toolName, arguments: chunk.argsSoFar },
    },
  };
}

import { errorMessage } from "@crewstream/contracts";
import { memoriesFound, memoryHeading } from "../prompts/memory-prompt.ts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import type { Memory } from "./memory.ts";
import type { PendingSaves } from "./pending-saves.ts";
import { recall } from "./recall.ts";
import { matchesText } from "./score.ts";

export interface Remembering {
  memory: Memory;
  saves: PendingSaves | undefined;
  /** The agent's prompt. */
  prompt: string;
  /** The query. */
  query: string;
  limit: number;
}

/**
 * The prompt with matching memories, searched once before the agent starts (`memory_retrieval_*`). If the memory does
 * not answer, an event reports it and the agent continues without.
 */
export async function withMemory(outer: Scope, { memory, saves, prompt, query, limit }: Remembering): Promise<string> {
  const scope = outer.at("memory");
  const span = new Span(scope, "memory_retrieval_started", {});
  const { context } = scope.run;
  const from = context.now().getTime();
  try {
    const at = span.scope.at("query");
    // What was recalled before a crash was recalled without what was learnt after it.
    if (context.journal.read(at.path) === undefined) await saves?.drain();
    const matches = await recall(at, memory, { query, limit });
    const content = matches.length === 0 ? "" : `${memoriesFound}\n${matchesText(matches)}`;
    const ms = context.now().getTime() - from;
    span.end({ type: "memory_retrieval_completed", data: { memory_content: content, retrieval_time_ms: ms } });
    return content === "" ? prompt : `${prompt}\n\n${memoryHeading}\n${content}`;
  } catch (error) {
    if (scope.run.passesThrough(error)) throw error;
    span.end({ type: "memory_retrieval_failed", data: { error: errorMessage(error) } });
    scope.throwIfAborted();
    return prompt;
  }
}

import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import type { EmbedderRef } from "../embedder/embedder.ts";
import type { KnowledgeSource } from "../knowledge/knowledge.ts";
import type { ModelRequest } from "../llm/model-request.ts";
import type { Model } from "../llm/model.ts";
import type { RateLimiter } from "../llm/rate-limiter.ts";
import type { CrewMemory } from "../memory/crew-memory.ts";
import type { ToolFailurePolicy } from "../tools/failure.ts";
import type { Tool } from "../tools/tool.ts";
import type { ToolCache } from "../tools/tool-cache.ts";
import type { Agent, StepCallback } from "./agent.ts";

/** What an agent is asked to do, and with which means. */
export interface Assignment {
  agent: Agent;
  model: Model;
  /** The prompt, including context. */
  prompt: string;
  /** A conversation to continue, instead of a new one that starts with the prompt. */
  history?: LanguageModelV4Prompt;
  tools: readonly Tool[];
  /** The task as it appears in events. */
  task?: Readonly<Record<string, unknown>>;
  responseSchema?: ModelRequest["responseSchema"];
  /** The task without added context: used to query memory and to learn from. Default: the prompt. */
  work?: { task: string; expected: string | undefined };
  /**
   * Whether the agent learns from its answer. Default true; an answer under review is learnt from once it is approved.
   */
  learns?: boolean;
  /** What the agents of a crew have in common. */
  shared?: CrewWide;
}

/** What the agents of a crew share. */
export interface CrewWide {
  cache?: ToolCache;
  limiter?: RateLimiter;
  knowledge?: readonly KnowledgeSource[];
  embedder?: EmbedderRef;
  memory?: CrewMemory;
  stepCallback?: StepCallback;
  toolFailurePolicy?: ToolFailurePolicy;
}

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

/** What an agent is asked to do, and with what. */
export interface Assignment {
  agent: Agent;
  model: Model;
  /** What the agent is asked, context included. */
  prompt: string;
  /** A conversation to go on with, in place of a new one that begins with the prompt. */
  history?: LanguageModelV4Prompt;
  tools: readonly Tool[];
  /** The task as events show it. */
  task?: Readonly<Record<string, unknown>>;
  responseSchema?: ModelRequest["responseSchema"];
  /** The work without all that is told along with it: what is looked for in memory, and learnt from. Default: the prompt. */
  work?: { task: string; expected: string | undefined };
  /** Whether it learns from its answer. Default true; one that a person reviews is learnt from when they are content. */
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

import { errorMessage } from "@crewstream/contracts";
import { callModel } from "../llm/call-model.ts";
import type { Model } from "../llm/model.ts";
import type { RateLimiter } from "../llm/rate-limiter.ts";
import { knowledgeHeading, knowledgeQuestion } from "../prompts/knowledge-prompt.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import { piecesOf, type KnowledgeSource } from "./knowledge.ts";
import { WordIndex } from "./word-index.ts";

export interface Recall {
  /** The agent's own sources, and those of its crew: each is searched by itself, the agent's first. */
  sources: readonly (readonly KnowledgeSource[] | undefined)[];
  /** What the agent is asked. */
  prompt: string;
  model: Model;
  limiter?: RateLimiter | undefined;
  /** Pieces of each. Default 5. */
  limit?: number | undefined;
}

const defaultLimit = 5;

/**
 * The prompt with what the sources say to it, looked up once before the agent begins: a model names the words to look
 * for (`knowledge_query_*`), inside `knowledge_search_query_*`. Without sources, the prompt as it is.
 */
export async function withKnowledge(outer: Scope, recall: Recall): Promise<string> {
  const { prompt, limit = defaultLimit } = recall;
  const kept = recall.sources.filter((sources) => sources !== undefined && sources.length > 0);
  if (kept.length === 0) return prompt;
  const scope = outer.at("knowledge");
  const span = new Span(scope, "knowledge_search_query_started", {});
  return within(
    span,
    async () => {
      const query = await wordsFor(span.scope, recall);
      const found = kept.flatMap((sources) => indexOf(sources ?? []).find(query, limit));
      const text = found.map((piece) => `[${piece.source}]\n${piece.text}`).join("\n\n");
      span.end({ type: "knowledge_search_query_completed", data: { query, retrieved_knowledge: text } });
      return text === "" ? prompt : `${prompt}\n\n${knowledgeHeading}\n${text}`;
    },
    (error) => ({ type: "knowledge_search_query_failed", data: { query: prompt, error: errorMessage(error) } }),
  );
}

/** The words to look for, by the agent's model; those of the task itself where it names none. */
async function wordsFor(scope: Scope, { prompt, model, limiter }: Recall): Promise<string> {
  const span = new Span(scope, "knowledge_query_started", { task_prompt: prompt });
  try {
    const answer = await callModel(span.scope.at("query"), {
      model,
      messages: [{ role: "user", content: [{ type: "text", text: knowledgeQuestion(prompt) }] }],
      ...(limiter === undefined ? {} : { limiter }),
    });
    const query = answer.text.trim() === "" ? prompt : answer.text.trim();
    span.end({ type: "knowledge_query_completed", data: { query } });
    return query;
  } catch (error) {
    if (scope.run.passesThrough(error)) throw error;
    span.end({ type: "knowledge_query_failed", data: { error: errorMessage(error) } });
    scope.throwIfAborted();
    return prompt;
  }
}

const indexes = new WeakMap<readonly KnowledgeSource[], WordIndex>();

/** The index of an automation's sources, made once in a process. */
function indexOf(sources: readonly KnowledgeSource[]): WordIndex {
  const known = indexes.get(sources) ?? new WordIndex(sources.flatMap(piecesOf));
  indexes.set(sources, known);
  return known;
}

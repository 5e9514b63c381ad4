import { errorMessage } from "@crewstream/contracts";
import type { EmbedderRef } from "../embedder/embedder.ts";
import { callModel } from "../llm/call-model.ts";
import type { Model } from "../llm/model.ts";
import type { RateLimiter } from "../llm/rate-limiter.ts";
import { knowledgeHeading, knowledgeQuestion, meaningQuestion } from "../prompts/knowledge-prompt.ts";
import type { Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { step } from "../run/step.ts";
import { piecesOf, type KnowledgePiece, type KnowledgeSource } from "./knowledge.ts";
import { findByMeaning } from "./meaning-index.ts";
import { WordIndex } from "./word-index.ts";

/**
 * Sources that are searched together, and the index that finds passages by meaning; without it they are found by words.
 */
export interface SearchedSources {
  sources: readonly KnowledgeSource[] | undefined;
  embedder: EmbedderRef | undefined;
}

export interface Recall {
  /** The agent's own sources and those of its crew: each is searched separately, the agent's first. */
  sources: readonly SearchedSources[];
  /** The agent's prompt. */
  prompt: string;
  model: Model;
  limiter?: RateLimiter | undefined;
  /** Maximum passages from each. Default 5. */
  limit?: number | undefined;
  /** Minimum similarity of a passage found by meaning. Default 0.6. */
  threshold?: number | undefined;
}

const defaultLimit = 5;
const defaultThreshold = 0.6;

/**
 * The prompt with matching passages, searched once before the agent starts: a model writes the query
 * (`knowledge_query_*`), inside `knowledge_search_query_*`. Without sources the prompt is unchanged; also if an
 * embedder does not answer, which an event reports.
 */
export async function withKnowledge(outer: Scope, recall: Recall): Promise<string> {
  const { prompt } = recall;
  const kept = recall.sources.filter(({ sources }) => sources !== undefined && sources.length > 0);
  if (kept.length === 0) return prompt;
  const scope = outer.at("knowledge");
  const span = new Span(scope, "knowledge_search_query_started", {});
  let query = prompt;
  try {
    query = await wordsFor(span.scope, recall, kept);
    const text = await lookUp(span.scope, kept, query, recall);
    span.end({ type: "knowledge_search_query_completed", data: { query, retrieved_knowledge: text } });
    return text === "" ? prompt : `${prompt}\n\n${knowledgeHeading}\n${text}`;
  } catch (error) {
    if (scope.run.passesThrough(error)) throw error;
    span.end({ type: "knowledge_search_query_failed", data: { query, error: errorMessage(error) } });
    scope.throwIfAborted();
    return prompt;
  }
}

/**
 * The passages found, as text. A search by words finds the same on every replay; the result of an embedder is
 * journaled.
 */
async function lookUp(
  scope: Scope,
  shelves: readonly SearchedSources[],
  query: string,
  recall: Recall,
): Promise<string> {
  if (shelves.every(({ embedder }) => embedder === undefined)) return textOf(await find(scope, shelves, query, recall));
  const perform = async (inner: Scope): Promise<string> => textOf(await find(inner, shelves, query, recall));
  return step(scope.at("found"), { kind: "value", perform });
}

async function find(
  { run }: Scope,
  shelves: readonly SearchedSources[],
  query: string,
  { limit = defaultLimit, threshold = defaultThreshold }: Recall,
): Promise<KnowledgePiece[]> {
  const found: KnowledgePiece[] = [];
  for (const { sources = [], embedder } of shelves) {
    const pieces =
      embedder === undefined
        ? indexOf(sources).find(query, limit)
        : await findByMeaning(run, sources, embedder, { query, limit, threshold });
    found.push(...pieces);
  }
  return found;
}

function textOf(pieces: readonly KnowledgePiece[]): string {
  return pieces.map((piece) => `[${piece.source}]\n${piece.text}`).join("\n\n");
}

/** The query, written by the agent's model; the task itself if it returns none. */
async function wordsFor(
  scope: Scope,
  { prompt, model, limiter }: Recall,
  shelves: readonly SearchedSources[],
): Promise<string> {
  const span = new Span(scope, "knowledge_query_started", { task_prompt: prompt });
  const byWords = shelves.some(({ embedder }) => embedder === undefined);
  const question = byWords ? knowledgeQuestion(prompt) : meaningQuestion(prompt);
  try {
    const answer = await callModel(span.scope.at("query"), {
      model,
      messages: [{ role: "user", content: [{ type: "text", text: question }] }],
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

/** The index of an automation's sources, built once per process. */
function indexOf(sources: readonly KnowledgeSource[]): WordIndex {
  const known = indexes.get(sources) ?? new WordIndex(sources.flatMap(piecesOf));
  indexes.set(sources, known);
  return known;
}

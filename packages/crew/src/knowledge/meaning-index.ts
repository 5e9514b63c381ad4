import { createHash } from "node:crypto";
import { embed } from "../embedder/embed.ts";
import type { Embedder, EmbedderRef } from "../embedder/embedder.ts";
import { resolveEmbedder } from "../embedder/resolve-embedder.ts";
import { cosine, unpackVector } from "../embedder/vector.ts";
import { memoryStoreOf } from "../memory/run-store.ts";
import type { Run } from "../run/run.ts";
import { piecesOf, type KnowledgePiece, type KnowledgeSource } from "./knowledge.ts";

export interface MeaningQuestion {
  query: string;
  limit: number;
  /** Minimum similarity, 0 to 1. */
  threshold: number;
}

/** The passages closest in meaning to a question. Rejects if the embedder or the store does not answer. */
export async function findByMeaning(
  run: Run,
  sources: readonly KnowledgeSource[],
  ref: EmbedderRef,
  { query, limit, threshold }: MeaningQuestion,
): Promise<KnowledgePiece[]> {
  const embedder = await resolveEmbedder(run, ref);
  const { pieces, vectors } = await indexed(run, sources, embedder);
  const [asked] = await embed(embedder, [query], run.context.signal);
  if (asked === undefined) return [];
  const question = unpackVector(asked);
  return pieces
    .map((piece, index) => ({ piece, score: scoreOf(question, vectors[index]) }))
    .filter(({ score }) => score >= threshold)
    .sort((one, other) => other.score - one.score)
    .slice(0, limit)
    .map(({ piece }) => piece);
}

/** CrewAI's score, so that thresholds mean the same here: half the cosine plus a half. 0.6 is a cosine of 0.2. */
function scoreOf(question: Int8Array, vector: string | undefined): number {
  return vector === undefined ? 0 : 0.5 + 0.5 * cosine(question, unpackVector(vector));
}

interface Indexed {
  pieces: readonly KnowledgePiece[];
  vectors: readonly string[];
}

/** The passages of sources with their vectors, computed once per run. */
function indexed(run: Run, sources: readonly KnowledgeSource[], embedder: Embedder): Promise<Indexed> {
  const known = run.shared(`pieces:${embedder.label}`, () => new Map<readonly KnowledgeSource[], Promise<Indexed>>());
  const found = known.get(sources) ?? makeIndex(run, sources, embedder);
  known.set(sources, found);
  found.catch(() => known.delete(sources));
  return found;
}

/** Embeds texts that no earlier run has embedded: vectors are kept under the hash of text and embedder. */
async function makeIndex(run: Run, sources: readonly KnowledgeSource[], embedder: Embedder): Promise<Indexed> {
  const { automation, signal } = run.context;
  const store = memoryStoreOf(run);
  const pieces = sources.flatMap(piecesOf);
  const keys = pieces.map(({ text }) => keyOf(embedder, text));
  const vectors = await store.vectors(automation, keys);
  const missing = pieces.flatMap((piece, index) => (vectors[index] === undefined ? [{ piece, index }] : []));
  const made = await embed(
    embedder,
    missing.map(({ piece }) => piece.text),
    signal,
  );
  const kept: Record<string, string> = {};
  for (const [place, { index }] of missing.entries()) {
    const vector = made[place] ?? "";
    vectors[index] = vector;
    kept[keys[index] ?? ""] = vector;
  }
  if (missing.length > 0) await store.keepVectors(automation, kept);
  return { pieces, vectors: vectors.map((vector) => vector ?? "") };
}

function keyOf({ label }: Embedder, text: string): string {
  return createHash("sha256").update(`${label}\n${text}`).digest("base64url").slice(0, 27);
}

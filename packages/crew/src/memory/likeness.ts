import { cosine, unpackVector } from "../embedder/vector.ts";
import { WordIndex, wordCounts } from "../knowledge/word-index.ts";
import type { StoredMemory } from "./memory-store.ts";

/** A text to compare memories with, and its vector if there is an embedder. */
export interface Asked {
  text: string;
  vector: string | null;
  embedder: string | null;
}

/**
 * Similarity of each memory to a question, 0 to 1: by meaning if both have a vector of the same embedder, else by
 * shared words (BM25), relative to the best match.
 */
export function likenessTo(asked: Asked, memories: readonly StoredMemory[]): number[] {
  const byWords = memories.filter((memory) => !comparable(asked, memory));
  const scores = new WordIndex(byWords.map(({ record }) => ({ source: record.id, text: record.content }))).scores(
    asked.text,
  );
  const best = Math.max(...scores, 0);
  const ofWords = new Map(byWords.map((memory, index) => [memory, best === 0 ? 0 : (scores[index] ?? 0) / best]));
  const vector = asked.vector === null ? undefined : unpackVector(asked.vector);
  return memories.map((memory) => ofWords.get(memory) ?? byMeaning(vector, memory));
}

/** Similarity of two statements, 0 to 1: by meaning as above, else the cosine of their word counts. */
export function likeness(one: Asked, other: Asked): number {
  if (one.vector !== null && other.vector !== null && one.embedder === other.embedder) {
    return fromCosine(cosine(unpackVector(one.vector), unpackVector(other.vector)));
  }
  const [ours, theirs] = [wordCounts(one.text), wordCounts(other.text)];
  let dot = 0;
  for (const [word, count] of ours) dot += count * (theirs.get(word) ?? 0);
  const length = (counts: ReadonlyMap<string, number>): number => Math.hypot(...counts.values());
  return dot === 0 ? 0 : dot / (length(ours) * length(theirs));
}

function comparable(asked: Asked, memory: StoredMemory): boolean {
  return asked.vector !== null && memory.vector !== null && memory.embedder === asked.embedder;
}

function byMeaning(vector: Int8Array | undefined, memory: StoredMemory): number {
  if (vector === undefined || memory.vector === null) return 0;
  return fromCosine(cosine(vector, unpackVector(memory.vector)));
}

/**
 * CrewAI's similarity, 1 / (1 + d²) with the distance of two unit vectors, so that thresholds mean the same here: 0.85
 * is a cosine of 0.91, and a cosine of 0 is 0.33.
 */
function fromCosine(value: number): number {
  return 1 / (3 - 2 * value);
}

import type { KnowledgePiece } from "./knowledge.ts";

// The usual constants of BM25 (Robertson and Zaragoza, 2009): saturation of term frequency, and normalisation by
// length.
const k1 = 1.2;
const b = 0.75;

interface Entry {
  piece: KnowledgePiece;
  counts: ReadonlyMap<string, number>;
  length: number;
}

/** Finds passages by the words they share with a question, rare words first: BM25. Deterministic. */
export class WordIndex {
  readonly #entries: readonly Entry[];
  readonly #rarity: ReadonlyMap<string, number>;
  readonly #meanLength: number;

  constructor(pieces: readonly KnowledgePiece[]) {
    this.#entries = pieces.map((piece) => {
      const words = wordsOf(piece.text);
      return { piece, counts: counted(words), length: words.length };
    });
    const holding = counted(this.#entries.flatMap(({ counts }) => [...counts.keys()]));
    const count = this.#entries.length;
    this.#rarity = new Map(
      [...holding].map(([word, held]) => [word, Math.log(1 + (count - held + 0.5) / (held + 0.5))]),
    );
    this.#meanLength = this.#entries.reduce((sum, { length }) => sum + length, 0) / Math.max(1, count);
  }

  /** The best passages, at most `limit`, without those that share no word with the question. */
  find(question: string, limit: number): KnowledgePiece[] {
    const scores = this.scores(question);
    const scored = this.#entries.map(({ piece }, index) => ({ piece, score: scores[index] ?? 0 }));
    const found = scored.filter(({ score }) => score > 0);
    // Array.sort is stable: of equal scores, the first passage wins.
    found.sort((one, other) => other.score - one.score);
    return found.slice(0, limit).map(({ piece }) => piece);
  }

  /** The score of each passage, in order; 0 if it shares no word with the question. */
  scores(question: string): number[] {
    const asked = new Set(wordsOf(question));
    return this.#entries.map((entry) => this.#score(entry, asked));
  }

  #score({ counts, length }: Entry, asked: ReadonlySet<string>): number {
    let score = 0;
    for (const word of asked) {
      const count = counts.get(word) ?? 0;
      const weight = (count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / this.#meanLength));
      if (count > 0) score += (this.#rarity.get(word) ?? 0) * weight;
    }
    return score;
  }
}

/** Words in normal form: no case, no accents, no English plural. */
function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/, "") : word));
}

/** How often each word occurs in a text. */
export function wordCounts(text: string): ReadonlyMap<string, number> {
  return counted(wordsOf(text));
}

function counted(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

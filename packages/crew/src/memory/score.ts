import type { MemoryRecord } from "@crewstream/contracts";
import type { MemorySettings } from "./memory.ts";

/** A memory found by a search, in CrewAI's shape. */
export interface MemoryMatch {
  record: MemoryRecord;
  /** 0 to 1, if the weights add up to 1. */
  score: number;
  match_reasons: string[];
  evidence_gaps: string[];
}

const dayMs = 86_400_000;

/** CrewAI's score of a memory: similarity, recency and importance, by the memory's weights. */
export function scored(record: MemoryRecord, likeness: number, settings: MemorySettings, now: Date): MemoryMatch {
  const ageDays = Math.max(0, now.getTime() - Date.parse(record.created_at)) / dayMs;
  const freshness = 0.5 ** (ageDays / settings.recencyHalfLifeDays);
  const { semanticWeight, recencyWeight, importanceWeight } = settings;
  return {
    record,
    score: semanticWeight * likeness + recencyWeight * freshness + importanceWeight * record.importance,
    match_reasons: [
      "semantic",
      ...(freshness > 0.5 ? ["recency"] : []),
      ...(record.importance > 0.5 ? ["importance"] : []),
    ],
    evidence_gaps: [],
  };
}

/** Matches as shown to an agent. */
export function matchesText(matches: readonly MemoryMatch[]): string {
  return matches
    .flatMap(({ record, score }) => [
      `- (score=${score.toFixed(2)}) ${record.content}`,
      ...(record.categories.length === 0 ? [] : [`  categories: ${record.categories.join(", ")}`]),
      ...Object.entries(record.metadata)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `  ${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`),
    ])
    .join("\n");
}

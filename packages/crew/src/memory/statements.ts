import { z } from "zod";
import type { RateLimiter } from "../llm/rate-limiter.ts";
import { extractInstruction, judgeInstruction, judgeQuestion, workText, type Work } from "../prompts/memory-prompt.ts";
import type { Scope } from "../run/scope.ts";
import { askModel } from "./ask-model.ts";
import { memoryLimits } from "./limits.ts";
import type { Memory } from "./memory.ts";

/** Something to remember, before it is compared with existing memories. */
export interface Statement {
  content: string;
  importance: number;
  categories: string[];
}

const importance = z.number().min(0).max(1);
const judged = z.object({ importance, categories: z.array(z.string()) });
const leniently = z.object({ importance: importance.nullish().catch(null), categories: z.array(z.string()).catch([]) });

const extracted = z.object({ memories: z.array(z.object({ content: z.string(), ...judged.shape })) });
/** CrewAI's models answer with texts only; others omit fields. */
const extractedLeniently = z.object({
  memories: z.array(z.union([z.string(), z.object({ content: z.string(), ...leniently.shape })])),
});

/**
 * Extracts what is worth remembering from a piece of work, with one model call. If the answer cannot be parsed, the
 * work itself becomes one statement, as in CrewAI.
 */
export async function extractStatements(
  scope: Scope,
  memory: Memory,
  work: Work,
  limiter: RateLimiter | undefined,
): Promise<Statement[]> {
  const question = workText({ ...work, result: work.result.slice(0, memoryLimits.resultCharacters) });
  const answer = await askModel(scope, {
    model: memory.model,
    limiter,
    instruction: extractInstruction,
    question,
    schema: extracted,
    accepts: extractedLeniently,
  });
  const found = answer?.memories ?? [question];
  return found
    .map((each) => (typeof each === "string" ? { content: each, importance: null, categories: [] } : each))
    .map((each) => statement(memory, each.content, each))
    .filter(({ content }) => content !== "")
    .slice(0, memoryLimits.statements);
}

const judgements = z.object({ statements: z.array(judged) });
const judgementsLeniently = z.object({ statements: z.array(leniently) });

/** Statements to store as given, with importance and categories from one model call, if it answers. */
export async function judgedStatements(
  scope: Scope,
  memory: Memory,
  contents: readonly string[],
): Promise<Statement[]> {
  const kept = contents.map((content) => statement(memory, content, {})).filter(({ content }) => content !== "");
  if (kept.length === 0) return [];
  const answer = await askModel(scope, {
    model: memory.model,
    instruction: judgeInstruction,
    question: judgeQuestion(kept.map(({ content }) => content)),
    schema: judgements,
    accepts: judgementsLeniently,
  });
  return kept.map(({ content }, index) => statement(memory, content, answer?.statements[index] ?? {}));
}

/** A statement within limits, with the memory's default importance if none was given. */
export function statement(
  { settings }: Memory,
  content: string,
  given: { importance?: number | null | undefined; categories?: readonly string[] | undefined },
): Statement {
  return {
    content: content.trim().slice(0, memoryLimits.characters),
    importance: given.importance ?? settings.defaultImportance,
    categories: (given.categories ?? []).map((each) => each.trim().slice(0, 60)).slice(0, 5),
  };
}

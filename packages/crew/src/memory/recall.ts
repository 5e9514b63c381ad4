import { errorMessage, liesWithin } from "@crewstream/contracts";
import { embed } from "../embedder/embed.ts";
import { resolveEmbedder } from "../embedder/resolve-embedder.ts";
import { nobody, type Scope } from "../run/scope.ts";
import { Span } from "../run/span.ts";
import { step, stepScope } from "../run/step.ts";
import { likenessTo, type Asked } from "./likeness.ts";
import { memoryLimits } from "./limits.ts";
import type { Memory } from "./memory.ts";
import { memoryStoreOf } from "./run-store.ts";
import { joinScopes } from "./scope-path.ts";
import { scored, type MemoryMatch } from "./score.ts";

export interface RecallQuestion {
  query: string;
  limit: number;
  /** Only memories below this path. */
  scope?: string | undefined;
  /** Only memories in one of these categories. */
  categories?: readonly string[] | undefined;
}

/**
 * The memories that best match a question, best first (`memory_query_*`). The result is journaled at `outer.path`: a
 * resumed run gets the same. Rejects if the store or the embedder does not answer.
 */
export async function recall(outer: Scope, memory: Memory, question: RecallQuestion): Promise<MemoryMatch[]> {
  const { query, limit } = question;
  const scope = stepScope(outer, question).derive({ identity: { ...nobody, sourceType: "unified_memory" } });
  const asked = { query, limit, score_threshold: null };
  const span = new Span(scope, "memory_query_started", asked);
  const found = await step<{ results: MemoryMatch[]; ms: number }>(scope, {
    kind: "value",
    input: question,
    perform: async (inner) => {
      const from = inner.run.context.now().getTime();
      const results = await search(inner, memory, question);
      return { results, ms: inner.run.context.now().getTime() - from };
    },
    close: (outcome) => {
      if (outcome.ok) {
        const { results, ms } = outcome.value;
        span.end({ type: "memory_query_completed", data: { ...asked, results, query_time_ms: ms } });
      } else {
        span.end({ type: "memory_query_failed", data: { ...asked, error: errorMessage(outcome.failure) } });
      }
    },
  });
  return found.results;
}

async function search(scope: Scope, memory: Memory, question: RecallQuestion): Promise<MemoryMatch[]> {
  const { run } = scope;
  const paths = memory.within.map((path) => joinScopes(path, question.scope));
  const categories = question.categories ?? memory.categories;
  const held = (await memoryStoreOf(run).read(run.context.automation)).filter(
    ({ record }) =>
      !record.private &&
      paths.some((path) => liesWithin(record.scope, path)) &&
      (categories === undefined || record.categories.some((category) => categories.includes(category))),
  );
  if (held.length === 0) return [];
  const asked = await askedWith(scope, memory, question.query);
  const likenesses = likenessTo(asked, held);
  const now = run.context.now();
  return held
    .map(({ record }, index) => ({ record, likeness: likenesses[index] ?? 0 }))
    .filter(({ likeness }) => likeness > 0)
    .map(({ record, likeness }) => scored(record, likeness, memory.settings, now))
    .sort((one, other) => other.score - one.score)
    .slice(0, question.limit);
}

async function askedWith(scope: Scope, { embedder: ref }: Memory, query: string): Promise<Asked> {
  const text = query.slice(0, memoryLimits.queryCharacters);
  if (ref === undefined) return { text, vector: null, embedder: null };
  const embedder = await resolveEmbedder(scope.run, ref);
  const [vector] = await embed(embedder, [text], scope.signal);
  return { text, vector: vector ?? null, embedder: embedder.label };
}

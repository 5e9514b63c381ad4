import { liesWithin } from "@crewstream/contracts";
import { embed } from "../embedder/embed.ts";
import type { Embedder } from "../embedder/embedder.ts";
import { resolveEmbedder } from "../embedder/resolve-embedder.ts";
import type { Scope } from "../run/scope.ts";
import { step } from "../run/step.ts";
import { consolidate } from "./consolidate.ts";
import { likeness } from "./likeness.ts";
import { memoryLimits } from "./limits.ts";
import type { Memory } from "./memory.ts";
import type { MemoryChange, StoredMemory } from "./memory-store.ts";
import { memoryStoreOf } from "./run-store.ts";
import type { Statement } from "./statements.ts";

export interface Keeping {
  statements: readonly Statement[];
  /** The path to store them under. */
  scope: string;
  metadata?: Readonly<Record<string, unknown>>;
}

/** Statements of one save that are nearly identical are merged. */
const sameInOneSave = 0.98;
/** How much longer the most important memories are kept than the least important, when there are too many. */
const importanceMs = 90 * 86_400_000;

/** An existing memory as read; its vector is no longer needed. */
type ReadVersion = Pick<StoredMemory, "record" | "revision" | "worth">;
const readVersion = ({ record, revision, worth }: StoredMemory): ReadVersion => ({ record, revision, worth });

/** What a save found: journaled, so that a repeated save decides on the same basis. */
interface Found {
  at: string;
  items: { statement: Statement; vector: string | null; old: ReadVersion[] }[];
}

/**
 * Compares statements with existing memories, has a model decide where they are very similar, and writes everything in
 * one change. Returns how many are stored now. Rejects if the store or the embedder does not answer.
 */
export async function keep(scope: Scope, memory: Memory, keeping: Keeping): Promise<number> {
  const { run } = scope;
  const embedder = memory.embedder === undefined ? undefined : await resolveEmbedder(run, memory.embedder);
  const { at, items } = await step<Found>(scope.at("found"), {
    kind: "value",
    perform: (inner) => find(inner, memory, keeping, embedder),
  });
  const news = items.filter(({ statement, old }) => !old.some(({ record }) => saysTheSame(record.content, statement)));
  const plan = await consolidate(
    scope.at("consolidate"),
    memory,
    news.map(({ statement, old }) => ({ content: statement.content, old: old.map(({ record }) => record) })),
  );
  const id = run.idOf("memories", scope.path);
  const made = news.map(({ statement, vector }, index): StoredMemory => ({
    record: {
      id: run.idOf("memory", scope.at(String(index)).path),
      content: statement.content,
      scope: keeping.scope,
      categories: statement.categories,
      metadata: { ...keeping.metadata },
      importance: statement.importance,
      created_at: at,
      last_accessed: at,
      source: null,
      private: false,
    },
    vector,
    embedder: embedder?.label ?? null,
    revision: 1,
    change: id,
    worth: Date.parse(at) + statement.importance * importanceMs,
  }));
  const old = new Map(news.flatMap((item) => item.old.map((each) => [each.record.id, each])));
  const updated = [...plan.updates].map(([key, { content }]) => ({ was: old.get(key), content }));
  const vectors =
    embedder === undefined
      ? []
      : await embed(
          embedder,
          updated.map(({ content }) => content),
          scope.signal,
        );
  const change: MemoryChange = {
    id,
    insert: made.filter((_, index) => plan.inserts[index]),
    update: [...plan.updates.values()].flatMap(({ content, statement }, index) => {
      const was = updated[index]?.was;
      const otherwise = made[statement];
      if (was === undefined || otherwise === undefined) return [];
      const record = { ...was.record, content: content.slice(0, memoryLimits.characters), last_accessed: at };
      const vector = vectors[index] ?? null;
      const version = { record, vector, embedder: embedder?.label ?? null, revision: was.revision + 1, change: id };
      return [{ memory: { ...was, ...version }, otherwise }];
    }),
    remove: [...plan.removals],
    limit: memoryLimits.records,
  };
  if (change.insert.length + change.update.length + change.remove.length > 0) {
    await memoryStoreOf(run).change(run.context.automation, change);
  }
  return items.length;
}

async function find(
  scope: Scope,
  memory: Memory,
  { statements }: Keeping,
  embedder: Embedder | undefined,
): Promise<Found> {
  const { run, signal } = scope;
  const texts = statements.map(({ content }) => content);
  const vectors = embedder === undefined ? [] : await embed(embedder, texts, signal);
  const held = (await memoryStoreOf(run).read(run.context.automation)).filter(({ record }) =>
    memory.within.some((path) => liesWithin(record.scope, path)),
  );
  const label = embedder?.label ?? null;
  const items: Found["items"] = [];
  for (const [index, statement] of statements.entries()) {
    const vector = vectors[index] ?? null;
    const asked = { text: statement.content, vector, embedder: label };
    const isTwin = items.some(
      (other) =>
        likeness(asked, { text: other.statement.content, vector: other.vector, embedder: label }) >= sameInOneSave,
    );
    if (isTwin) continue;
    const alike = held
      .map((each) => ({ each, value: likeness(asked, { ...each, text: each.record.content }) }))
      .filter(({ value }) => value >= memory.settings.consolidationThreshold)
      .sort((one, other) => other.value - one.value)
      .slice(0, memory.settings.consolidationLimit);
    items.push({ statement, vector, old: alike.map(({ each }) => readVersion(each)) });
  }
  return { at: run.context.now().toISOString(), items };
}

/** An exact duplicate can be recognised without a model. */
function saysTheSame(content: string, statement: Statement): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/\s+/g, " ").trim();
  return plain(content) === plain(statement.content);
}

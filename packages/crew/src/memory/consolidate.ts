import { z } from "zod";
import { mergeInstruction, mergeQuestion } from "../prompts/memory-prompt.ts";
import type { Scope } from "../run/scope.ts";
import { askModel } from "./ask-model.ts";
import type { Memory } from "./memory.ts";

/** A statement, and memories similar to it. */
export interface Alike {
  content: string;
  old: readonly { id: string; content: string; importance: number; created_at: string }[];
}

/** The changes to old memories, by id, and the statements to add. */
export interface MergePlan {
  updates: ReadonlyMap<string, { content: string; statement: number }>;
  removals: ReadonlySet<string>;
  inserts: readonly boolean[];
}

const action = z.object({
  id: z.string(),
  action: z.enum(["keep", "update", "delete"]),
  content: z.string().nullable(),
});
const plan = z.object({ statements: z.array(z.object({ actions: z.array(action), insert_new: z.boolean() })) });
const planLeniently = z.object({
  statements: z.array(
    z.object({
      actions: z.array(action.extend({ content: z.string().nullish() })).catch([]),
      insert_new: z.boolean().catch(true),
    }),
  ),
});

/**
 * Asks a model once what to do with new statements and the memories similar to them: CrewAI's consolidation. All
 * statements are added if it returns no plan. Of several instructions for one memory, the first counts.
 */
export async function consolidate(scope: Scope, memory: Memory, items: readonly Alike[]): Promise<MergePlan> {
  const updates = new Map<string, { content: string; statement: number }>();
  const removals = new Set<string>();
  const asked = items.flatMap((item, index) => (item.old.length > 0 ? [{ ...item, index }] : []));
  const inserts = items.map(() => true);
  if (asked.length === 0) return { updates, removals, inserts };
  // Short ids: a model copies "m3" reliably.
  const ids = [...new Set(asked.flatMap(({ old }) => old.map(({ id }) => id)))];
  const answer = await askModel(scope, {
    model: memory.model,
    instruction: mergeInstruction,
    question: mergeQuestion(
      asked.map(({ content, old }) => ({
        statement: content,
        old: old.map((each) => ({ ...each, id: `m${ids.indexOf(each.id) + 1}` })),
      })),
    ),
    schema: plan,
    accepts: planLeniently,
  });
  for (const [place, { index, old }] of asked.entries()) {
    const decided = answer?.statements[place];
    if (decided === undefined) continue;
    inserts[index] = decided.insert_new;
    for (const { id: short, action: what, content } of decided.actions) {
      const id = ids[Number(short.replace(/^m/, "")) - 1];
      if (id === undefined || !old.some((each) => each.id === id) || updates.has(id) || removals.has(id)) continue;
      if (what === "delete") removals.add(id);
      if (what === "update" && content) updates.set(id, { content, statement: index });
    }
  }
  return { updates, removals, inserts };
}

import type { Scope } from "../run/scope.ts";
import { keep } from "./keep.ts";
import type { Memory } from "./memory.ts";
import { OpenSave, saveOf } from "./save.ts";
import { joinScopes } from "./scope-path.ts";
import { judgedStatements, statement } from "./statements.ts";

export interface RememberOptions {
  /** Path below the memory's own. */
  scope?: string;
  /** Determined by a model if omitted, as are the categories. */
  importance?: number;
  categories?: readonly string[];
  metadata?: Readonly<Record<string, unknown>>;
}

/**
 * Stores an explicit memory (`memory_save_*`), journaled at `scope.path`. A read-only memory stores nothing. Rejects
 * with the error that made the save fail.
 */
export async function remember(
  scope: Scope,
  memory: Memory,
  contents: readonly string[],
  options: RememberOptions = {},
): Promise<void> {
  const [first] = contents;
  if (first === undefined || memory.readOnly) return;
  const metadata = options.metadata ?? null;
  const several = saveOf(contents.length, null);
  const save =
    contents.length > 1 ? { ...several, metadata } : { value: first, saved: () => first, metadata, role: null };
  await new OpenSave(scope, save).finish(async (at) => {
    const { importance, categories } = options;
    const judged =
      importance === undefined || categories === undefined
        ? await judgedStatements(at.at("judge"), memory, contents)
        : contents.map((content) => statement(memory, content, {}));
    const given = {
      ...(importance === undefined ? {} : { importance }),
      ...(categories === undefined ? {} : { categories }),
    };
    const statements = judged.map((each) => statement(memory, each.content, { ...each, ...given }));
    const path = joinScopes(memory.below, options.scope);
    return keep(at, memory, { statements, scope: path, ...(metadata === null ? {} : { metadata }) });
  });
}

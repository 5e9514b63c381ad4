import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Scope } from "../run/scope.ts";
import { keep } from "./keep.ts";
import type { Memory } from "./memory.ts";
import { OpenSave, saveOf } from "./save.ts";
import type { Statement } from "./statements.ts";

/** A save as journaled when it starts: its task may be journaled before it ends, and is not executed again then. */
interface PendingSave {
  path: string;
  parentId: string | null;
  owner: string;
  role: string;
  statements: Statement[];
  /** Path of the memory they are stored under. */
  scope: string;
}

interface Entry {
  save: PendingSave;
  open: OpenSave | undefined;
  done: Promise<void> | undefined;
}

/**
 * Pending saves of what a crew's agents learnt. As in CrewAI, an agent does not wait for them: they complete when a
 * memory is searched next, and at the crew's end. A started save survives the process that started it.
 */
export class PendingSaves {
  readonly #scope: Scope;
  readonly #memories = new Map<string, Memory>();
  readonly #entries = new Map<string, Entry>();
  #count = 0;

  constructor(scope: Scope, memories: readonly Memory[]) {
    this.#scope = scope;
    for (const memory of memories) this.#memories.set(memory.owner, memory);
    for (;;) {
      const row = scope.run.context.journal.read(this.#rowPath(this.#count));
      if (row === undefined) break;
      const save = row.value as PendingSave;
      this.#entries.set(save.path, { save, open: undefined, done: undefined });
      this.#count += 1;
    }
  }

  /** Starts a save at `scope.path`. */
  async add(scope: Scope, save: Omit<PendingSave, "path" | "parentId">): Promise<void> {
    const known = this.#entries.get(scope.path);
    if (known !== undefined) {
      this.#open(known);
      return;
    }
    const entry: Entry = {
      save: { ...save, path: scope.path, parentId: scope.parentId },
      open: undefined,
      done: undefined,
    };
    this.#entries.set(scope.path, entry);
    this.#open(entry);
    const path = this.#rowPath(this.#count);
    this.#count += 1;
    await scope.run.record(path, { kind: "value", value: entry.save });
  }

  /** Resolves when every started save has completed or failed. Rejects only if the run cannot continue here. */
  async drain(): Promise<void> {
    for (const entry of this.#entries.values()) await (entry.done ??= this.#finish(entry));
  }

  /** On its own strand: on replay it starts later than it did originally, and later events must not depend on that. */
  #open(entry: Entry): OpenSave {
    const { path, parentId, statements, role } = entry.save;
    entry.open ??= new OpenSave(
      this.#scope.fork().derive({ path, parent: { id: parentId } }),
      saveOf(statements.length, role),
    );
    return entry.open;
  }

  async #finish(entry: Entry): Promise<void> {
    const { owner, statements, scope } = entry.save;
    const memory = this.#memories.get(owner);
    const open = this.#open(entry);
    try {
      await open.finish(async (at) => {
        if (memory === undefined) throw new AppError(`${owner} has no memory any more`, { code: ErrorCode.runFailed });
        return keep(at, memory, { statements, scope });
      });
    } catch (error) {
      if (this.#scope.run.passesThrough(error)) throw error;
    }
  }

  #rowPath(index: number): string {
    return this.#scope.at("saves").at(String(index)).path;
  }
}

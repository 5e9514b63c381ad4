import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Scope } from "../run/scope.ts";
import { keep } from "./keep.ts";
import type { Memory } from "./memory.ts";
import { OpenSave, saveOf } from "./save.ts";
import type { Statement } from "./statements.ts";

/** A save as it is journaled when it begins: its task may be journaled before it ends, and is not done again then. */
interface PendingSave {
  path: string;
  parentId: string | null;
  owner: string;
  role: string;
  statements: Statement[];
  /** Path of the memory that they are kept at. */
  scope: string;
}

interface Entry {
  save: PendingSave;
  open: OpenSave | undefined;
  done: Promise<void> | undefined;
}

/**
 * What agents of a crew have learnt and is still to be saved. As with CrewAI, an agent does not wait for it: it is saved
 * when somebody wants to remember, and at the crew's end. Begun saves outlive the process that began them.
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

  /** Begins a save at `scope.path`. */
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

  /** Resolves when everything that was begun is saved or has failed to be. Rejects only when the run cannot go on here. */
  async drain(): Promise<void> {
    for (const entry of this.#entries.values()) await (entry.done ??= this.#finish(entry));
  }

  /** On a strand of its own: on replay it opens later than it did, and what comes after it must not show that. */
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

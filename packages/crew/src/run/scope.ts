import { AsyncLocalStorage } from "node:async_hooks";
import { AppError, ErrorCode, eventId } from "@crewstream/contracts";
import { toJsonFields } from "./dump.ts";
import type { WaitingRoom } from "../human/waiting-room.ts";
import type { Run } from "./run.ts";
import type { UsageMeter } from "./usage-meter.ts";

/** The identity of an event's source. */
export interface Identity {
  sourceType: string | null;
  taskId: string | null;
  taskName: string | null;
  agentId: string | null;
  agentRole: string | null;
}

export const nobody: Identity = { sourceType: null, taskId: null, taskName: null, agentId: null, agentRole: null };

/** How long a scope passed to a tool or method may be used: it is closed once its caller has continued. */
interface Extent {
  open: boolean;
  around: Extent | null;
  /** Number of started events inside without an ending. */
  spans: number;
  /** Called when the last of them has ended. */
  whenQuiet: (() => void)[];
}

function newExtent(around: Extent | null): Extent {
  return { open: true, around, spans: 0, whenQuiet: [] };
}

interface Chain {
  /** `previous_event_id` of the next event. */
  last: string | null;
  generation: number;
}

interface ScopeFields {
  run: Run;
  /** Name of this unit of work; part of every id and journal path created in it. */
  path: string;
  /** The innermost open started event: the `parent_event_id` of events emitted here. Another one after a pause. */
  parent: { id: string | null };
  /** Shared by the scopes of one strand of work: its last event, and how often it has diverged from the journal. */
  chain: Chain;
  triggeredBy: string | null;
  identity: Identity;
  usage: UsageMeter;
  signal: AbortSignal;
  extent: Extent;
  /** Where work waits for a person. */
  room: WaitingRoom;
}

/**
 * A position in a run: it knows the links of the event lifecycle and emits with them. Immutable apart from its chain.
 */
export class Scope {
  readonly #fields: ScopeFields;

  constructor(fields: Omit<ScopeFields, "extent" | "chain"> & Partial<Pick<ScopeFields, "extent" | "chain">>) {
    this.#fields = { chain: { last: null, generation: 0 }, extent: newExtent(null), ...fields };
  }

  get run(): Run {
    return this.#fields.run;
  }
  get path(): string {
    return this.#fields.path;
  }
  get parentId(): string | null {
    return this.#fields.parent.id;
  }
  get parent(): { id: string | null } {
    return this.#fields.parent;
  }
  get room(): WaitingRoom {
    return this.#fields.room;
  }
  get identity(): Identity {
    return this.#fields.identity;
  }
  get usage(): UsageMeter {
    return this.#fields.usage;
  }
  get signal(): AbortSignal {
    return this.#fields.signal;
  }

  /** The same scope with some fields changed, on the same strand. */
  derive(changes: Partial<Omit<ScopeFields, "run" | "chain" | "extent">>): Scope {
    return new Scope({ ...this.#fields, ...changes });
  }

  /** A scope one path segment further in. */
  at(segment: string): Scope {
    const { generation } = this.#fields.chain;
    const named = generation === 0 ? segment : `${segment}~${generation}`;
    return this.derive({ path: this.path === "" ? named : `${this.path}/${named}` });
  }

  /**
   * Diverges from the journal: this strand continues with paths that no earlier execution has used for something else.
   */
  nextGeneration(): Scope {
    const { chain } = this.#fields;
    chain.generation += 1;
    return this.derive({ path: `${this.path}~${chain.generation}` });
  }

  /** A new strand, starting after this one's last event: for parallel work. */
  fork(): Scope {
    return new Scope({ ...this.#fields, chain: { ...this.#fields.chain } });
  }

  /** Continues this strand after the other's last event. */
  join(other: Scope): void {
    const [own, others] = [this.#fields.chain, other.#fields.chain];
    own.last = others.last;
    own.generation = Math.max(own.generation, others.generation);
  }

  /** A scope for code that may outlive its call, and a function that closes it permanently. */
  closable(): { scope: Scope; close: () => void } {
    const extent = newExtent(this.#fields.extent);
    return { scope: new Scope({ ...this.#fields, extent }), close: () => void (extent.open = false) };
  }

  /** Counts a started event here and in all enclosing scopes; the returned function counts its ending. */
  begin(): () => void {
    const extents: Extent[] = [];
    for (let extent: Extent | null = this.#fields.extent; extent !== null; extent = extent.around) extents.push(extent);
    for (const extent of extents) extent.spans += 1;
    return () => {
      for (const extent of extents) {
        extent.spans -= 1;
        if (extent.spans === 0) for (const resolve of extent.whenQuiet.splice(0)) resolve();
      }
    };
  }

  /** Resolves when every started event in this scope's extent has ended, or after `limitMs`. */
  async quiet(limitMs: number): Promise<void> {
    const { extent } = this.#fields;
    if (extent.spans === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    extent.whenQuiet.push(resolve);
    const timer = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(timer);
  }

  /** Emits an event here and returns its id. `data` has the type's own fields; links and identity are added. */
  emit(type: string, data: Readonly<Record<string, unknown>>, links: EmitLinks = {}): string {
    const { run, path, chain } = this.#fields;
    const { context } = run;
    const id = links.id ?? eventId(context.executionId, path, type, run.nextOrdinal(path, type));
    if (run.interrupted || !this.#open()) return id;
    const { identity } = this;
    context.sink.emit({
      id,
      type,
      timestamp: context.now().toISOString(),
      data: {
        ...toJsonFields(data),
        ...(typeof data["error"] === "string" ? { error: run.errorView.removeSecrets(data["error"]) } : {}),
        ...(isFailure.test(type) && run.stopped ? { cancelled: true } : {}),
        source_fingerprint: identity.agentId ?? identity.taskId,
        source_type: identity.sourceType,
        fingerprint_metadata: null,
        task_id: identity.taskId,
        task_name: identity.taskName,
        agent_id: identity.agentId,
        agent_role: identity.agentRole,
        event_id: id,
        parent_event_id: links.parentId === undefined ? this.parentId : links.parentId,
        previous_event_id: chain.last,
        triggered_by_event_id: this.#fields.triggeredBy,
        started_event_id: links.startedId ?? null,
      },
    });
    chain.last = id;
    return id;
  }

  /** Runs user code with this scope as the current one, so that `emit` and nested crews find it. */
  enter<T>(code: () => T): T {
    return current.run(this, code);
  }

  /** Throws the reason if the work here was cancelled. */
  throwIfAborted(): void {
    this.signal.throwIfAborted();
  }

  #open(): boolean {
    for (let extent: Extent | null = this.#fields.extent; extent !== null; extent = extent.around)
      if (!extent.open) return false;
    return true;
  }
}

export interface EmitLinks {
  /** Used for events whose id is not counted (streamed chunks). */
  id?: string;
  parentId?: string | null;
  startedId?: string;
}

/** Types whose events report a failure: in a run that was stopped it is not the automation's. */
const isFailure = /_(failed|error)$/;

const current = new AsyncLocalStorage<Scope>();

/** The scope that the calling user code runs in; undefined outside a run. */
export function insideRun(): Scope | undefined {
  return current.getStore();
}

/** The same. Throws outside a run. */
export function currentScope(what: string): Scope {
  const scope = insideRun();
  if (scope === undefined) {
    throw new AppError(`${what} only works inside a run: in a tool, a flow method or a callback`, {
      code: ErrorCode.invalidInput,
    });
  }
  return scope;
}

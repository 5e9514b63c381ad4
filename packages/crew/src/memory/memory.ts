import type { EmbedderRef } from "../embedder/embedder.ts";
import type { ModelRef } from "../llm/model.ts";
import { joinScopes, scopeName } from "./scope-path.ts";

/** How a memory of one's own is kept and asked; CrewAI's `Memory` in camel case. */
export interface MemoryOptions {
  /** Tells what of a result is worth keeping. Default: the crew's first agent's, the agent's own, else that of the run. */
  model?: ModelRef;
  /** Default: that of the agent or crew; without any, memories are found by their words. */
  embedder?: EmbedderRef;
  /** Weights of likeness (0.5), age (0.3) and importance (0.2) in a memory's score. */
  semanticWeight?: number;
  recencyWeight?: number;
  importanceWeight?: number;
  /** Days in which the weight of age halves. Default 30. */
  recencyHalfLifeDays?: number;
  /** Likeness from which on a model decides what becomes of old and new memories. Default 0.85. */
  consolidationThreshold?: number;
  /** Memories that a new one is compared with. Default 5. */
  consolidationLimit?: number;
  /** Importance of what nobody judges. Default 0.5. */
  defaultImportance?: number;
  /** Is asked, and never added to. */
  readOnly?: boolean;
  /** Everything is kept and looked for below this path. Default: `/crew/NAME` for `true`, else `/`. */
  rootScope?: string;
}

/** A path of the memory around: what lies elsewhere is neither seen nor written. */
export interface MemoryPath {
  rootPath: string;
}

/** Several paths of the memory around, to look things up in. */
export interface MemorySlice {
  scopes: readonly string[];
  categories?: readonly string[];
}

/** What `memory` of a crew, an agent or a flow may be. */
export type MemoryRef = boolean | MemoryOptions | MemoryPath | MemorySlice;

export type MemorySettings = Required<Omit<MemoryOptions, "model" | "embedder" | "readOnly" | "rootScope">>;

/** A memory of a run: where it is looked for and kept, and how. */
export interface Memory {
  /** Names it in its run. */
  owner: string;
  model: ModelRef | undefined;
  embedder: EmbedderRef | undefined;
  settings: MemorySettings;
  readOnly: boolean;
  /** Paths that are searched, with all below them. */
  within: readonly string[];
  categories: readonly string[] | undefined;
  /** Path that new memories are kept below. */
  below: string;
  /** Whether what an agent learns is kept in a scope of its own there. */
  perAgent: boolean;
}

const usual: MemorySettings = {
  semanticWeight: 0.5,
  recencyWeight: 0.3,
  importanceWeight: 0.2,
  recencyHalfLifeDays: 30,
  consolidationThreshold: 0.85,
  consolidationLimit: 5,
  defaultImportance: 0.5,
};

interface Around {
  owner: string;
  /** Where `true` keeps things. */
  home?: string;
  model: ModelRef | undefined;
  embedder: EmbedderRef | undefined;
  /** The memory that a path or slice is one of. */
  whole?: Memory | undefined;
}

/** The memory that a definition means; undefined for none. */
export function memoryFrom(ref: MemoryRef | undefined, around: Around): Memory | undefined {
  if (ref === undefined || ref === false) return undefined;
  const options = ref === true || "rootPath" in ref || "scopes" in ref ? {} : ref;
  const { model, embedder, readOnly = false, rootScope, ...settings } = options;
  const root = rootScope ?? (ref === true ? around.home : undefined);
  const own: Memory = {
    owner: around.owner,
    model: model ?? around.model,
    embedder: embedder ?? around.embedder,
    settings: { ...usual, ...settings },
    readOnly,
    within: [joinScopes(root)],
    categories: undefined,
    below: joinScopes(root),
    perAgent: root !== undefined,
  };
  if (ref === true || !("rootPath" in ref || "scopes" in ref)) return own;
  const whole = around.whole ?? own;
  if ("rootPath" in ref) {
    const path = joinScopes(whole.below, ref.rootPath);
    return { ...whole, owner: around.owner, within: [path], below: path, perAgent: false };
  }
  return {
    ...whole,
    owner: around.owner,
    within: ref.scopes.map((path) => joinScopes(whole.below, path)),
    categories: ref.categories?.length ? ref.categories : undefined,
    readOnly: true,
    perAgent: false,
  };
}

/** Where what an agent has learnt is kept. */
export function agentScope({ below, perAgent }: Memory, role: string): string {
  return perAgent ? joinScopes(below, "agent", scopeName(role)) : below;
}

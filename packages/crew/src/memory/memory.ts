import type { EmbedderRef } from "../embedder/embedder.ts";
import type { ModelRef } from "../llm/model.ts";
import { joinScopes, scopeName } from "./scope-path.ts";

/** Settings of a custom memory: CrewAI's `Memory` in camel case. */
export interface MemoryOptions {
  /** The model that decides what to keep. Default: the crew's first agent's, the agent's own, else the run's. */
  model?: ModelRef;
  /** Default: the agent's or crew's; without any, memories are found by words. */
  embedder?: EmbedderRef;
  /** Weights of similarity (0.5), recency (0.3) and importance (0.2) in a memory's score. */
  semanticWeight?: number;
  recencyWeight?: number;
  importanceWeight?: number;
  /** Half-life of recency in days. Default 30. */
  recencyHalfLifeDays?: number;
  /** Similarity above which a model decides how to merge old and new memories. Default 0.85. */
  consolidationThreshold?: number;
  /** Number of memories that a new one is compared with. Default 5. */
  consolidationLimit?: number;
  /** Default importance. Default 0.5. */
  defaultImportance?: number;
  /** Read-only: searched, never written. */
  readOnly?: boolean;
  /** Everything is stored and searched below this path. Default: `/crew/NAME` for `true`, else `/`. */
  rootScope?: string;
}

/** A path within the surrounding memory: nothing outside it is read or written. */
export interface MemoryPath {
  rootPath: string;
}

/** Several paths within the surrounding memory, for searching. */
export interface MemorySlice {
  scopes: readonly string[];
  categories?: readonly string[];
}

/** Accepted values of `memory` of a crew, an agent or a flow. */
export type MemoryRef = boolean | MemoryOptions | MemoryPath | MemorySlice;

export type MemorySettings = Required<Omit<MemoryOptions, "model" | "embedder" | "readOnly" | "rootScope">>;

/** A memory of a run: where it is searched and stored, and how. */
export interface Memory {
  /** Its name in the run. */
  owner: string;
  model: ModelRef | undefined;
  embedder: EmbedderRef | undefined;
  settings: MemorySettings;
  readOnly: boolean;
  /** Paths that are searched, including everything below. */
  within: readonly string[];
  categories: readonly string[] | undefined;
  /** Path below which new memories are stored. */
  below: string;
  /** Whether what an agent learns is stored in its own scope there. */
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
  /** The path for `true`. */
  home?: string;
  model: ModelRef | undefined;
  embedder: EmbedderRef | undefined;
  /** The memory that a path or slice belongs to. */
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

/** Where an agent's learnings are stored. */
export function agentScope({ below, perAgent }: Memory, role: string): string {
  return perAgent ? joinScopes(below, "agent", scopeName(role)) : below;
}

import { AppError, ErrorCode } from "@crewstream/contracts";
import { memoryFrom, type Memory } from "../memory/memory.ts";
import { recall } from "../memory/recall.ts";
import { remember } from "../memory/remember.ts";
import { joinScopes, scopeName } from "../memory/scope-path.ts";
import type { Scope } from "../run/scope.ts";
import type { FlowDefinition, MethodContext } from "./flow.ts";

const recallLimit = 10;

/** A flow's memory; undefined if it is turned off. */
export function flowMemory({ memory = true }: FlowDefinition, name: string): Memory | undefined {
  const home = joinScopes("flow", scopeName(name));
  return memoryFrom(memory, { owner: "flow", home, model: undefined, embedder: undefined });
}

/** Memory functions for a method, at separate paths for each call. */
export function methodMemory(
  scope: Scope,
  memory: Memory | undefined,
): Pick<MethodContext<unknown>, "remember" | "recall"> {
  const at = (kind: string): Scope => scope.at(`${kind}:${scope.run.nextOrdinal(scope.path, kind)}`);
  return {
    remember: async (contents, options) => {
      const list = typeof contents === "string" ? [contents] : contents;
      await remember(at("remember"), known(memory), list, options);
    },
    recall: async (query, { limit = recallLimit, ...rest } = {}) =>
      recall(at("recall"), known(memory), { query, limit, ...rest }),
  };
}

function known(memory: Memory | undefined): Memory {
  if (memory !== undefined) return memory;
  throw new AppError("The flow has no memory: its definition says memory: false", { code: ErrorCode.configuration });
}

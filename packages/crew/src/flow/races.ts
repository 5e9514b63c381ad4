import { isChoice, namesIn } from "./condition.ts";
import type { FlowMethod } from "./flow.ts";

/**
 * Which methods race: those that an OR listener waits for and nobody else does. When several of them are fired
 * together, the first to end wins and the others are called off, as CrewAI does it.
 */
export function racingGroups(methods: readonly FlowMethod[]): ReadonlySet<string>[] {
  const listenersOf = new Map<string, Set<string>>();
  for (const { name, listen } of methods) {
    for (const awaited of listen === undefined ? [] : namesIn(listen)) {
      listenersOf.set(awaited, (listenersOf.get(awaited) ?? new Set()).add(name));
    }
  }
  return methods.flatMap(({ listen, router }) => {
    if (listen === undefined || router === true || !isChoice(listen)) return [];
    const group = new Set(namesIn(listen).filter((name) => listenersOf.get(name)?.size === 1));
    return group.size > 1 ? [group] : [];
  });
}

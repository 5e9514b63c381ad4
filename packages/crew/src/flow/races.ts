import { alternativesIn, isChoice, namesIn } from "./condition.ts";
import type { FlowMethod } from "./flow.ts";

/**
 * Which methods race: those each of which alone fires an OR listener and that no other listener waits for; routers do
 * not count as listeners. If several of them are fired together, the first to end wins and the others are cancelled.
 */
export function racingGroups(methods: readonly FlowMethod[]): ReadonlySet<string>[] {
  const listeners = methods.flatMap(({ name, listen, router }) =>
    listen === undefined || router === true ? [] : [{ name, listen }],
  );
  const listenersOf = new Map<string, Set<string>>();
  for (const { name, listen } of listeners) {
    for (const awaited of namesIn(listen)) {
      listenersOf.set(awaited, (listenersOf.get(awaited) ?? new Set()).add(name));
    }
  }
  return listeners.flatMap(({ listen }) => {
    if (!isChoice(listen)) return [];
    const group = new Set(alternativesIn(listen).filter((name) => listenersOf.get(name)?.size === 1));
    return group.size > 1 ? [group] : [];
  });
}

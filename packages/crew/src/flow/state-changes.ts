import { isObject } from "@crewstream/contracts";
import type { Json } from "../run/dump.ts";

/** One change of a method to the flow's state. For lists that only grew, the appended items are stored. */
export type StateChange =
  | { path: string[]; set: Json }
  | { path: string[]; remove: true }
  | { path: string[]; append: Json[] };

type JsonObject = Record<string, Json>;

/**
 * The differences between two states, at the deepest level. This way methods that ran in parallel can be merged: if two
 * set different fields, or append to the same list, both changes are kept.
 */
export function changesBetween(before: Json, after: Json, path: string[] = []): StateChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key): StateChange[] => {
      const [old, now] = [before[key], after[key]];
      if (now === undefined) return [{ path: [...path, key], remove: true }];
      return old === undefined ? [{ path: [...path, key], set: now }] : changesBetween(old, now, [...path, key]);
    });
  }
  if (same(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && same(before, after.slice(0, before.length))) {
    return [{ path, append: after.slice(before.length) }];
  }
  return [{ path, set: after }];
}

/** Applies changes to a state, in place. */
export function applyChanges(state: JsonObject, changes: readonly StateChange[]): void {
  for (const change of changes) {
    const key = change.path.at(-1);
    if (key === undefined) continue;
    const holder = holderOf(state, change.path.slice(0, -1));
    const old = holder[key];
    if ("remove" in change) delete holder[key];
    else if ("append" in change) holder[key] = [...(Array.isArray(old) ? old : []), ...change.append];
    else holder[key] = change.set;
  }
}

function holderOf(state: JsonObject, path: readonly string[]): JsonObject {
  let holder = state;
  for (const key of path) {
    const next = holder[key];
    if (isObject(next)) holder = next;
    else holder = holder[key] = {};
  }
  return holder;
}

function same(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

import type { z } from "zod";
import type { Path } from "./documents/document.ts";
import { valueAt } from "./schema/schema-at.ts";

const maxRounds = 60;

/**
 * The rest of a value without its invalid keys, so that the rest is checked too: the invalid keys are removed, with
 * what depends on them. Undefined if nothing useful is left.
 */
export function pruned<S extends z.ZodType>(schema: S, value: unknown): z.output<S> | undefined {
  const copy = structuredClone(value);
  for (let round = 0; round < maxRounds; round += 1) {
    const parsed = schema.safeParse(copy);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const path = issue.path as Path;
      const paths = issue.code === "unrecognized_keys" ? issue.keys.map((name) => path.concat(name)) : [path];
      for (const each of paths) if (!remove(copy, each)) return undefined;
    }
  }
  return undefined;
}

/** Removes a key, or a list with an invalid item; if the key does not even exist, the object that lacks it. */
function remove(root: unknown, path: Path): boolean {
  const isMissing = valueAt(root, path) === undefined;
  const end = (isMissing ? path.slice(0, -1) : path).findLastIndex((part) => typeof part === "string");
  if (end === -1) return false;
  const owner = valueAt(root, path.slice(0, end));
  if (typeof owner !== "object" || owner === null) return true;
  return Reflect.deleteProperty(owner, path[end] as string);
}

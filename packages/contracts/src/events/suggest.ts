import { typeAliases } from "../selection.ts";
import { eventTypes, isKnownEventType } from "./catalogue.ts";

/**
 * The known name that `name` differs from by one typing error (a character too many, too few, wrong, or two swapped),
 * for a warning: undefined for known names, for patterns (`*`, `llm_*`), and for names that resemble none, which are
 * custom events.
 */
export function suggestEventType(name: string): string | undefined {
  if (isKnownEventType(name) || name.endsWith("*")) return undefined;
  const near = [name.length - 1, name.length, name.length + 1].flatMap((length) => namesByLength.get(length) ?? []);
  return near.find((known) => oneErrorApart(name, known));
}

/** A kickoff may have 5,000 names: each is compared only with those of about the same length. */
const namesByLength: ReadonlyMap<number, readonly string[]> = Map.groupBy(
  [...eventTypes, ...Object.keys(typeAliases)],
  (name) => name.length,
);

function oneErrorApart(typed: string, known: string): boolean {
  if (Math.abs(typed.length - known.length) > 1) return false;
  let start = 0;
  while (start < typed.length && typed[start] === known[start]) start++;
  const sameAfter = (skippedTyped: number, skippedKnown: number): boolean =>
    typed.slice(start + skippedTyped) === known.slice(start + skippedKnown);
  if (typed.length > known.length) return sameAfter(1, 0);
  if (typed.length < known.length) return sameAfter(0, 1);
  const swapped = typed[start] === known[start + 1] && typed[start + 1] === known[start];
  return sameAfter(1, 1) || (swapped && sameAfter(2, 2));
}

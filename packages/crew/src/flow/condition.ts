/** What a listener waits for: a method's name or a router's label, or a combination of them, nested as needed. */
export type Condition = string | { readonly and: readonly Condition[] } | { readonly or: readonly Condition[] };

/** All of these. */
export function and<const C extends readonly Condition[]>(...conditions: C): { and: C } {
  return { and: conditions };
}

/** Any of these: the first one triggers the listener, the others are not awaited. */
export function or<const C extends readonly Condition[]>(...conditions: C): { or: C } {
  return { or: conditions };
}

/** Every name in a condition. */
export function namesIn(condition: Condition): string[] {
  if (typeof condition === "string") return [condition];
  return ("and" in condition ? condition.and : condition.or).flatMap(namesIn);
}

/** Whether the names seen so far satisfy a condition. */
export function satisfied(condition: Condition, seen: ReadonlySet<string>): boolean {
  if (typeof condition === "string") return seen.has(condition);
  if ("and" in condition) return condition.and.every((part) => satisfied(part, seen));
  return condition.or.some((part) => satisfied(part, seen));
}

/** Whether a condition is triggered by the first of several alternatives. */
export function isChoice(condition: Condition): condition is { readonly or: readonly Condition[] } {
  return typeof condition === "object" && "or" in condition && condition.or.length > 1;
}

/** Names each of which triggers a condition alone. */
export function alternativesIn(condition: Condition): string[] {
  if (typeof condition === "string") return [condition];
  return "or" in condition ? condition.or.flatMap(alternativesIn) : [];
}

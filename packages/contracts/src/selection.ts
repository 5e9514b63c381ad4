import type { StoredEvent } from "./envelope.ts";

/**
 * Names that a subscription may request which differ from the event bus, and the type they stand for. The event is
 * delivered under the requested name (CrewAI's public webhook page uses these two).
 */
export const typeAliases: Readonly<Record<string, string>> = {
  tool_usage_completed: "tool_usage_finished",
  crew_execution_completed: "crew_kickoff_completed",
};

/** Name under which an event of this type is delivered to the subscriber, or undefined if it is not selected. */
export type Selector = (type: string) => string | undefined;

/**
 * Compiles a subscription's `events` list: `*` selects all, `llm_*` all with that prefix, an alias its type under the
 * alias's name, any other name itself. If a type and its alias are both requested, the exact name wins: an event is
 * delivered once.
 */
export function compileSelector(names: readonly string[]): Selector {
  const exact = new Set<string>();
  const renamed = new Map<string, string>();
  const prefixes: string[] = [];
  for (const name of names) {
    const target = Object.hasOwn(typeAliases, name) ? typeAliases[name] : undefined;
    if (target !== undefined) renamed.set(target, name);
    else if (name.endsWith("*")) prefixes.push(name.slice(0, -1));
    else exact.add(name);
  }
  return (type) => {
    if (exact.has(type)) return type;
    const alias = renamed.get(type);
    if (alias !== undefined) return alias;
    return prefixes.some((prefix) => type.startsWith(prefix)) ? type : undefined;
  };
}

/** The JSON text of a stored event under the name that was requested. */
export function underName({ type, json }: Pick<StoredEvent, "type" | "json">, name: string): string {
  if (name === type) return json;
  // The envelope's own `type` is the first in the text: only the ids and the timestamp precede it.
  return json.replace(`"type":${JSON.stringify(type)}`, () => `"type":${JSON.stringify(name)}`);
}

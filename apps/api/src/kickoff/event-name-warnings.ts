import {
  eventTypes,
  isKnownEventType,
  runtimesEmitting,
  suggestEventType,
  typeAliases,
  type EventTypeName,
  type Runtime,
} from "@crewstream/contracts";

const languages: Record<Runtime, string> = { typescript: "in TypeScript", python: "in Python" };

/**
 * Names of a subscription that will probably have no effect: a name that is one typing error away from a known one, and
 * a type, or a prefix of types, that no automation of this runtime emits. A name that resembles none is that of a
 * custom event.
 * @returns one sentence per name
 */
export function eventNameWarnings(names: Iterable<string>, runtime: Runtime): string[] {
  return [...names].flatMap((name) => {
    const known = suggestEventType(name);
    if (known !== undefined) return [`"${name}" is not a known event type: did you mean "${known}"?`];
    const types = selectedTypes(name);
    if (types.length === 0 || types.some((type) => runtimesEmitting(type).includes(runtime))) return [];
    const elsewhere = [...new Set(types.flatMap((type) => runtimesEmitting(type)))];
    return elsewhere.length === 0
      ? [`"${name}" is known from CrewAI, but nothing here emits it.`]
      : [`"${name}" is emitted by automations ${elsewhere.map((each) => languages[each]).join(" or ")} only.`];
  });
}

/** The types of the catalogue that a name selects. `*` is not a choice of types. */
function selectedTypes(name: string): EventTypeName[] {
  if (name === "*") return [];
  if (name.endsWith("*")) return eventTypes.filter((type) => type.startsWith(name.slice(0, -1)));
  if (!isKnownEventType(name)) return [];
  return eventTypes.filter((type) => type === (typeAliases[name] ?? name));
}

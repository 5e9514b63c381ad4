import type { Place } from "../finding.ts";
import { modelOf, type ClassValues } from "./class-values.ts";
import { unread } from "./merged-keys.ts";
import { literalOf, type PyValue } from "./python-values.ts";

/** Classes of CrewAI's memory, with what tells them apart where their keys stand as an object. */
const kinds: Readonly<Record<string, string>> = { Memory: "memory", MemoryScope: "scope", MemorySlice: "slice" };

/** A memory: true, false, or `Memory(llm="…", read_only=True)` and its views as an object. What must be run is left out. */
export function memoryOf(values: ClassValues, value: PyValue, place: Place): { value: unknown } | undefined {
  const literal = literalOf(value);
  if (literal !== undefined) return literal;
  const kind = value.kind === "call" ? kinds[value.name.split(".").at(-1) ?? ""] : undefined;
  if (value.kind !== "call" || kind === undefined) {
    values.findings.warning(place, unread(value), "write memory=True");
    return undefined;
  }
  const settings: Record<string, unknown> = { memory_kind: kind };
  for (const [name, held] of value.keywords) {
    // The memory around is the one that a view is one of.
    if (name === "memory") continue;
    const read = name === "llm" ? modelOf(values, held, place) : literalOf(held);
    if (read !== undefined) settings[name] = read.value;
    else if (name !== "llm") values.findings.warning(place, `${value.name}(${name}=…): ${unread(held)}`);
  }
  return { value: settings };
}

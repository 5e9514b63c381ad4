import type { Findings, Place } from "../finding.ts";
import type { PythonDocument } from "./python-document.ts";
import { literalOf, shownValue, type PyValue } from "./python-values.ts";

/** Keys of an agent, a task or a crew as they come together: those of the YAML, and those of crew.py over them. */
export class MergedKeys {
  readonly keys: Record<string, unknown>;
  readonly #elsewhere = new Map<string | number, Place>();
  readonly #base: Place;

  constructor(keys: Readonly<Record<string, unknown>>, base: Place) {
    this.keys = { ...keys };
    this.#base = base;
  }

  set(name: string, value: unknown, place: Place): void {
    this.keys[name] = value;
    this.#elsewhere.set(name, place);
  }

  get place(): Place {
    return { ...this.#base, elsewhere: this.#elsewhere };
  }
}

/** Converts a keyword's value of crew.py; undefined when it was reported and is to be left out. */
export type Convert = (value: PyValue, place: Place) => { value: unknown } | undefined;

interface Keywords {
  to: MergedKeys;
  python: PythonDocument;
  /** Name of the method that the call stands in. */
  owner: string;
  keywords: ReadonlyMap<string, PyValue>;
  /** Keywords with a meaning of their own; null: said elsewhere already. */
  special: Readonly<Record<string, Convert | null>>;
  findings: Findings;
}

/** Puts the keywords of a call like `Agent(verbose=True)` over the keys. What would have to be run is a warning. */
export function addKeywords({ to, python, owner, keywords, special, findings }: Keywords): void {
  for (const [name, value] of keywords) {
    const place = python.place([owner, name], value);
    const convert = Object.hasOwn(special, name) ? special[name] : undefined;
    if (convert === null) continue;
    const read = convert === undefined ? literalOf(value) : convert(value, place);
    if (read !== undefined) to.set(name, read.value, place);
    else if (convert === undefined) findings.warning(place, unread(value), "write it into the YAML");
  }
}

export function unread(value: PyValue): string {
  return `${shownValue(value)} is Python, which does not run here: it is left out`;
}

/** A keyword that names Python code; it is refused as such where its key is checked. */
export const pythonOnly: Convert = (value) =>
  value.kind === "literal" && value.value === null ? undefined : { value: { python: shownValue(value) } };

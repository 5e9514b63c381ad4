/** Encodes user input as a path segment. */
export function segment(value: string): string {
  return encodeURIComponent(value);
}

/** A query string of the values that are given, with its `?`; empty when none is. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? "" : `?${given.toString()}`;
}

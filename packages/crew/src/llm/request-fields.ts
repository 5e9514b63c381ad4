type Fields = Readonly<Record<string, unknown>>;

/** What a call is made of: the runtime alone writes these, or it could not read the answer. */
export const ownFields: ReadonlySet<string> = new Set([
  "messages",
  "input",
  "contents",
  "prompt",
  "tools",
  "stream",
  "stream_options",
]);

/**
 * `fetch` for one model's calls: writes these fields into every request's JSON, over what stands there, objects into
 * objects, for options of a provider that its client does not know.
 */
export function fetchWith(fields: Fields): typeof fetch {
  return (url, init) => {
    if (typeof init?.body !== "string") return globalThis.fetch(url, init);
    const body = merged(JSON.parse(init.body) as Fields, fields);
    return globalThis.fetch(url, { ...init, body: JSON.stringify(body) });
  };
}

function merged(below: Fields, above: Fields): Fields {
  const result: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const held = result[name];
    result[name] = isFields(held) && isFields(value) ? merged(held, value) : value;
  }
  return result;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

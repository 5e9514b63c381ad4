import { isObject } from "@crewstream/contracts";
type Fields = Readonly<Record<string, unknown>>;

/** Fields that only the runtime may set; otherwise it could not read the response. */
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
 * A `fetch` for one model's calls that merges these fields into every request's JSON, objects recursively: for provider
 * options that the client does not support.
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
    result[name] = isObject(held) && isObject(value) ? merged(held, value) : value;
  }
  return result;
}

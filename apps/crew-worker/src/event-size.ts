/** Room for the marker that replaces what was cut. */
const markLength = 64;

/**
 * An event's data, truncated so that its JSON has at most about `maxBytes`: its longest strings are cut at the end and
 * say how long they were. An event is never dropped for its size. Data that fits is returned unchanged.
 */
export function fitEvent(data: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  const json = JSON.stringify(data);
  // A character has at most three bytes in UTF-8 here (a surrogate pair is two characters with four bytes together).
  if (json.length * 3 <= maxBytes || Buffer.byteLength(json) <= maxBytes) return data;
  let limit = Math.floor(maxBytes / 2);
  for (let cut = data; ; limit = Math.floor(limit / 2)) {
    cut = cutStrings(data, limit) as Record<string, unknown>;
    if (Buffer.byteLength(JSON.stringify(cut)) <= maxBytes) return cut;
    if (limit < markLength)
      return { cut: `The event's data had ${Buffer.byteLength(json)} bytes in too many parts to keep.` };
  }
}

function cutStrings(value: unknown, limit: number): unknown {
  if (typeof value === "string") {
    return value.length <= limit + markLength ? value : `${value.slice(0, limit)}… [cut: ${value.length} characters]`;
  }
  if (Array.isArray(value)) return value.map((item) => cutStrings(item, limit));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cutStrings(item, limit)]));
}

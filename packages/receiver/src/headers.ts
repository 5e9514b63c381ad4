/** Headers as any framework has them: a `Headers`, or an object in any case (Node's, API Gateway's), values possibly repeated. */
export type HeadersLike =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** One header's value, undefined when it is absent or empty. `name` is in lower case. A repeated header gives its first value. */
export function headerValue(headers: HeadersLike, name: string): string | undefined {
  if (isHeaders(headers)) return headers.get(name) || undefined;
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name) return (typeof value === "string" ? value : value?.[0]) || undefined;
  }
  return undefined;
}

function isHeaders(headers: HeadersLike): headers is { get(name: string): string | null } {
  return typeof headers["get"] === "function";
}

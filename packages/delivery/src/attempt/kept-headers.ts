import type { IncomingHttpHeaders } from "node:http";

/** Limits in characters: of one value, and of all names and values together. */
const maxValueLength = 200;
const maxKeptBytes = 1024;
const mark = "[redacted]";

/** Headers whose values are credentials, by name: they are not ours to keep. */
const secretName = /cookie|authori[sz]ation|token|secret|password|signature|api-?key/;

/** About the connection, not about the response (RFC 9110, section 7.6.1). */
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding"]);

/**
 * The beginning of a response's headers for the attempt log, for a person on call (`retry-after`, `location`,
 * `x-request-id`, …): in the order received, values truncated, at most 1 KiB together, secrets redacted.
 */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  let room = maxKeptBytes;
  for (const [name, given] of Object.entries(headers)) {
    if (hopByHop.has(name)) continue;
    // Truncated without a mark: `redactEcho` looks for a truncated secret at the very end.
    const value = secretName.test(name) ? mark : String(given).slice(0, maxValueLength);
    room -= name.length + value.length;
    if (room < 0) break;
    kept[name] = value;
  }
  return kept;
}

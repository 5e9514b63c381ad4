import type { IncomingHttpHeaders } from "node:http";

/** Characters kept of one value, and of all names and values together. */
const maxValueLength = 200;
const maxKeptBytes = 1024;
const mark = "[redacted]";

/** Headers whose values open doors, by name: their receivers did not mean them for us to keep. */
const secretName = /cookie|authori[sz]ation|token|secret|password|signature|api-?key/;

/** About the connection, not about the answer (RFC 9110, section 7.6.1). */
const hopByHop = new Set(["connection", "keep-alive", "transfer-encoding"]);

/**
 * The beginning of an answer's headers for the attempt log, as a person on call needs them (`retry-after`, `location`,
 * `x-request-id`, …): in the order received, values cut, at most 1 KiB together, secrets redacted.
 */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  let room = maxKeptBytes;
  for (const [name, given] of Object.entries(headers)) {
    if (hopByHop.has(name)) continue;
    // Cut without a mark: a secret that was cut in two is looked for at the very end.
    const value = secretName.test(name) ? mark : String(given).slice(0, maxValueLength);
    room -= name.length + value.length;
    if (room < 0) break;
    kept[name] = value;
  }
  return kept;
}

/** Limits for a part of a body, far above what people or programs write. */
interface Bounds {
  /** Fields of one object. */
  fields: number;
  /** Entries of one list. */
  entries: number;
  /** Limits for the objects and lists inside; default the same. */
  inside?: Bounds;
}

/** What we read ourselves, such as `webhooks` and `filter`. Schemas have their own, lower limits. */
const settings: Bounds = { fields: 200, entries: 1000 };
/** What is passed to an automation unchanged. */
const data: Bounds = { fields: 10_000, entries: Number.POSITIVE_INFINITY };

/** Fields of a body that contain data. */
const dataFields: ReadonlyMap<string, Bounds> = new Map<string, Bounds>([
  ["inputs", { ...data, fields: 1000, inside: data }],
  ["meta", data],
  ["crewai_trigger_payload", data],
]);

/** A few thousand levels would overflow the stack of code that recurses through them later. */
const maxLevels = 100;

/** What in a body exceeds a limit. */
export interface Excess {
  /** The body's field that contains it; undefined for the body itself. */
  field: string | undefined;
  /** E.g. `has more than 1000 fields`. */
  has: string;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

interface Level {
  isList: boolean;
  bounds: Bounds;
  count: number;
}

/**
 * Counts the contents of a JSON text before it is parsed; undefined if all is within limits. Parsing, checking, copying
 * and storing an object of 60,000 fields (0.6 MB) blocked a process for 200 ms; this is one pass over the bytes, 2 ms.
 * Text that is not JSON is left to the parser to reject.
 * @param text UTF-8, in which no byte of a multi-byte character looks like a JSON delimiter
 */
export function excessIn(text: Uint8Array): Excess | undefined {
  const levels: Level[] = [];
  let level: Level | undefined;
  let field: string | undefined;
  let string = { start: 0, end: 0 };
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === quote) {
      const end = endOfString(text, at + 1);
      if (levels.length === 1) string = { start: at + 1, end };
      at = end;
    } else if (byte === openObject || byte === openList) {
      if (levels.length === maxLevels) return { field, has: `is nested deeper than ${maxLevels} levels` };
      level = { isList: byte === openList, bounds: boundsWithin(levels, field), count: 0 };
      levels.push(level);
    } else if (byte === closeObject || byte === closeList) {
      levels.pop();
      level = levels.at(-1);
    } else if (level !== undefined && byte === (level.isList ? comma : colon)) {
      level.count += 1;
      if (levels.length === 1) field = Buffer.from(text.subarray(string.start, string.end)).toString("utf8");
      const { isList, bounds, count } = level;
      const where = levels.length === 1 ? undefined : field;
      if (!isList && count > bounds.fields) return { field: where, has: `has more than ${bounds.fields} fields` };
      // One entry more than commas.
      if (isList && count >= bounds.entries) return { field: where, has: `has more than ${bounds.entries} entries` };
    }
  }
  return undefined;
}

function boundsWithin(levels: readonly Level[], field: string | undefined): Bounds {
  const outer = levels.at(-1)?.bounds;
  if (levels.length === 1) return dataFields.get(field ?? "") ?? settings;
  return outer?.inside ?? outer ?? settings;
}

/** Position of a string's closing quote; a backslash escapes the next character. */
function endOfString(text: Uint8Array, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== quote) at += text[at] === backslash ? 2 : 1;
  return at;
}

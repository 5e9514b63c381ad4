/** Keys and indexes from a file's root to a value in it. */
export type Path = readonly (string | number)[];

export interface Position {
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
}

/** A parsed file: its JSON value, and the position of each part. */
export interface Document {
  /** Relative to the project, with `/`. */
  file: string;
  value: unknown;
  /** Where a value's key, or a list's item, begins; the nearest enclosing one if the path does not exist. */
  position(path: Path): Position | undefined;
}

/** Line and column of an offset in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

/** A parser's error: it becomes a finding of the file. */
export class SyntaxFault extends Error {
  override readonly name: string = "SyntaxFault";
  readonly position: Position | undefined;

  constructor(message: string, position?: Position) {
    super(message);
    this.position = position;
  }
}

const maxDepth = 60;

/**
 * Throws {@link SyntaxFault} for a value that later code should not have to handle: one that is nested too deeply or
 * contains itself (possible with YAML anchors), has `__proto__` as a key, or contains anything but JSON. Dates become
 * ISO text.
 */
export function plainJson(value: unknown, depth = 0): unknown {
  if (depth > maxDepth) throw new SyntaxFault(`it is nested more than ${maxDepth} levels deep, or contains itself`);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
    throw new SyntaxFault(`${String(value)} is no JSON number`);
  }
  if (value instanceof Date) return value.toISOString().replace("T00:00:00.000Z", "");
  if (Array.isArray(value)) return value.map((item) => plainJson(item, depth + 1));
  if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)) {
    if (Object.hasOwn(value, "__proto__")) throw new SyntaxFault('"__proto__" cannot be a key');
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item, depth + 1)]));
  }
  throw new SyntaxFault(`a value of type ${typeof value} is not JSON`);
}

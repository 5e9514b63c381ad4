import type { Document, Path } from "./documents/document.ts";

/**
 * Something about a project that its author should know: an error prevents it from being served, a warning does not.
 */
export interface Finding {
  /** File, line, column and key: `agents/writer.jsonc:12:3 tools[0]`; as far as known. */
  path: string;
  severity: "error" | "warning";
  message: string;
  /** The suggested correction. */
  hint?: string;
}

/** A value in a file: the subject of a finding. */
export interface Location {
  document: Document;
  path: Path;
}

/** The location of a value inside another. */
export function within(place: Location, ...path: Path): Location {
  return { document: place.document, path: [...place.path, ...path] };
}

/** Further ones are dropped: a file that is wrong everywhere has the same error everywhere. */
const maxFindings = 200;

/** Collects findings while a project is read. The same sentence about the same location is kept once. */
export class Findings {
  readonly #found = new Map<string, Finding & { order: readonly [file: string, line: number, column: number] }>();
  readonly #wrong: Location[] = [];
  #failed = false;
  #leftOut = 0;

  error(at: Location | string, message: string, hint?: string): void {
    this.#add(at, "error", message, hint);
  }

  warning(at: Location | string, message: string, hint?: string): void {
    this.#add(at, "warning", message, hint);
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Whether an error is known at or within a location: then nothing needs to be said about what is missing there. */
  wrongAt(place: Location): boolean {
    return this.#wrong.some(
      (wrong) => wrong.document === place.document && place.path.every((part, index) => wrong.path[index] === part),
    );
  }

  /** Sorted by file, line and column. */
  list(): Finding[] {
    const sorted = [...this.#found.values()].sort(({ order: a }, { order: b }) =>
      a[0] === b[0] ? a[1] - b[1] || a[2] - b[2] : a[0] < b[0] ? -1 : 1,
    );
    const shown: Finding[] = sorted.map(({ order: _, ...finding }) => finding);
    if (this.#leftOut === 0) return shown;
    const message = `${this.#leftOut} more findings are omitted after these ${maxFindings}`;
    return [...shown, { path: ".", severity: this.#failed ? "error" : "warning", message }];
  }

  #add(at: Location | string, severity: Finding["severity"], message: string, hint: string | undefined): void {
    this.#failed ||= severity === "error";
    if (typeof at === "object" && severity === "error") this.#wrong.push(at);
    const { path, order } = typeof at === "string" ? { path: at, order: [at, 0, 0] as const } : describe(at);
    const key = `${path}\n${message}`;
    if (this.#found.has(key)) return;
    if (this.#found.size >= maxFindings) {
      this.#leftOut += 1;
      return;
    }
    this.#found.set(key, { path, severity, message, ...(hint === undefined ? {} : { hint }), order });
  }
}

function describe({ document, path }: Location): { path: string; order: readonly [string, number, number] } {
  const position = document.position(path);
  const where = position === undefined ? document.file : `${document.file}:${position.line}:${position.column}`;
  const name = pathText(path);
  return {
    path: name === "" ? where : `${where} ${name}`,
    order: [document.file, position?.line ?? 0, position?.column ?? 0],
  };
}

/** A path as written in code: `tasks[0].tools[1]`. */
export function pathText(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(part)) return `[${JSON.stringify(part.slice(0, 60))}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}

/** A finding as one line, with its hint. */
export function findingText({ path, message, hint }: Finding): string {
  return `${path}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
}

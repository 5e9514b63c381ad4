import type { Document, Path, Position } from "../documents/document.ts";
import type { Place } from "../finding.ts";

/** A Python file as a place for findings: paths in it are keys that values were read for. */
export class PythonDocument implements Document {
  readonly file: string;
  readonly value = null;
  readonly #positions = new Map<string, Position>();

  constructor(file: string) {
    this.file = file;
  }

  /** The place of something in the file, named for what it is: `research_task.tools`. */
  place(path: Path, position: Position): Place {
    this.#positions.set(JSON.stringify(path), { line: position.line, column: position.column });
    return { document: this, path };
  }

  position(path: Path): Position | undefined {
    for (let length = path.length; length >= 0; length -= 1) {
      const found = this.#positions.get(JSON.stringify(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

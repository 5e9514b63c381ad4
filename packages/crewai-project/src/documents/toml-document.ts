import { parse, TomlError } from "smol-toml";
import { SyntaxFault, type Document, type Path } from "./document.ts";

/** Parses TOML. A key's position is that of the first line that sets it; throws {@link SyntaxFault}. */
export function parseToml(file: string, text: string): Document {
  try {
    return { file, value: parse(text), position: (path) => ({ line: lineOf(text, path), column: 1 }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = error.message.split("\n", 1)[0] ?? error.message;
    throw new SyntaxFault(message, { line: error.line, column: error.column });
  }
}

function lineOf(text: string, path: Path): number {
  const key = String(path.at(-1) ?? "");
  const line = text.split("\n").findIndex((each) => each.trimStart().startsWith(key) && /=/.test(each));
  return line + 1 || 1;
}

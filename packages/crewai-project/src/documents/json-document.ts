import { findNodeAtLocation, parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { plainJson, positionAt, SyntaxFault, type Document } from "./document.ts";

/** Parses JSON with comments and trailing commas. Throws {@link SyntaxFault}, with the first error's position. */
export function parseJsonc(file: string, text: string): Document {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) {
    const name = printParseErrorCode(first.error).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    throw new SyntaxFault(
      `invalid JSON: ${name.charAt(0).toLowerCase()}${name.slice(1)}`,
      positionAt(text, first.offset),
    );
  }
  if (root === undefined) throw new SyntaxFault("the file is empty", { line: 1, column: 1 });
  return {
    file,
    value: plainJson(valueOf(root, text)),
    position(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const found = findNodeAtLocation(root, path.slice(0, length));
        if (found === undefined) continue;
        const begins = found.parent?.type === "property" ? found.parent : found;
        return positionAt(text, begins.offset);
      }
      return positionAt(text, root.offset);
    },
  };
}

function valueOf(node: Node, text: string): unknown {
  if (node.type === "array") return (node.children ?? []).map((child) => valueOf(child, text));
  if (node.type !== "object") return node.value as unknown;
  const entries = new Map<string, unknown>();
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    if (name === "__proto__") throw new SyntaxFault('"__proto__" cannot be a key', positionAt(text, key.offset));
    if (entries.has(name)) {
      throw new SyntaxFault(`the key ${JSON.stringify(name)} comes twice`, positionAt(text, key.offset));
    }
    entries.set(name, valueOf(value, text));
  }
  return Object.fromEntries(entries);
}

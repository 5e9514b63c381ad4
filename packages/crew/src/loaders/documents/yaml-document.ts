import { errorMessage } from "@crewstream/contracts";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import { plainJson, SyntaxFault, type Document, type Path, type Position } from "./document.ts";

/**
 * Parses YAML with the meaning PyYAML gives it (version 1.1: `yes` is true, `010` is eight, `<<` merges).
 * Throws {@link SyntaxFault} for the first fault, tags of Python objects among them.
 */
export function parseYaml(file: string, text: string): Document {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { version: "1.1", lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fault = parsed.errors[0] ?? parsed.warnings[0];
  if (fault !== undefined) throw new SyntaxFault(`invalid YAML: ${firstLine(fault.message)}`, at(fault.pos[0]));
  const value = (() => {
    try {
      return plainJson(parsed.toJS({ maxAliasCount: 100 }));
    } catch (error) {
      throw error instanceof SyntaxFault ? error : new SyntaxFault(`invalid YAML: ${firstLine(errorMessage(error))}`);
    }
  })();
  const follow = (node: Node | null): Node | null => (isAlias(node) ? (node.resolve(parsed) ?? null) : node);
  return {
    file,
    value,
    position(path) {
      const offset = offsetOf(parsed.contents, path, follow);
      return offset === undefined ? undefined : at(offset);
    },
  };
}

function offsetOf(root: Node | null, path: Path, follow: (node: Node | null) => Node | null): number | undefined {
  let node = follow(root);
  let offset = node?.range?.[0];
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = isNode(pair.value) ? follow(pair.value) : null;
    } else if (isSeq(node) && typeof part === "number") {
      const item = node.items[part];
      node = isNode(item) ? follow(item) : null;
      offset = (isNode(item) ? item.range?.[0] : undefined) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}

import { errorMessage } from "@crewstream/contracts";
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Node, type Tags } from "yaml";
import { plainJson, SyntaxFault, type Document, type Path, type Position } from "./document.ts";

/**
 * Parses YAML with PyYAML's semantics (version 1.1: `yes` is true, `010` is eight, `<<` merges). Throws {@link
 * SyntaxFault} for the first error, including tags of Python objects.
 */
export function parseYaml(file: string, text: string): Document {
  const lines = new LineCounter();
  const parsed = parseDocument(text, {
    version: "1.1",
    customTags: asPyYaml,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
  });
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

/**
 * Plain scalars that are not text in YAML 1.1 but that PyYAML reads as text: `y` and `n`, and floats without a point or
 * without a sign in the exponent.
 */
function asPyYaml(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag !== "object" || tag.collection !== undefined || tag.test === undefined) return tag;
    if (tag.tag === "tag:yaml.org,2002:bool") return { ...tag, test: withoutLetters(tag.test) };
    const isFloat = tag.tag === "tag:yaml.org,2002:float" && tag.format === "EXP";
    return isFloat ? { ...tag, test: /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*[eE][-+][0-9]+$/ } : tag;
  });
}

function withoutLetters(test: RegExp): RegExp {
  return new RegExp(`^(?!.$)(?:${test.source})`, test.flags);
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

import type { Token } from "./python-tokens.ts";
import { PyReader, type PyValue } from "./python-values.ts";

/** What names stand for. A variable of the class goes by `self.name`. */
export type Variables = ReadonlyMap<string, PyValue>;

const maxDepth = 8;

/** The plain assignments (`name = …`) among statements of one indentation, the last one of each name. */
export function assignments(tokens: readonly Token[], indent: number, prefix = ""): Map<string, PyValue> {
  const found = new Map<string, PyValue>();
  for (const [index, token] of tokens.entries()) {
    if (token.indent !== indent || !isAssignment(tokens, index)) continue;
    found.set(`${prefix}${token.text}`, new PyReader(tokens, index + 2).expression());
  }
  return found;
}

/** Whether these statements do more than to give names to values. */
export function doMoreThanAssign(tokens: readonly Token[]): boolean {
  return tokens.some((token, index) => {
    const begins = index === 0 || tokens[index - 1]?.kind === "newline";
    return begins && token.kind === "name" && !isAssignment(tokens, index);
  });
}

function isAssignment(tokens: readonly Token[], index: number): boolean {
  if (index > 0 && tokens[index - 1]?.kind !== "newline") return false;
  return tokens[index]?.kind === "name" && tokens[index + 1]?.text === "=" && tokens[index + 2]?.text !== "=";
}

/** A value with the names in it replaced by what they stand for, where that is known. Its place stays its own. */
export function resolved(value: PyValue, variables: Variables, depth = 0): PyValue {
  if (depth > maxDepth) return value;
  const inner = (each: PyValue): PyValue => resolved(each, variables, depth + 1);
  if (value.kind === "name") {
    const known = variables.get(value.name);
    return known === undefined ? value : { ...inner(known), line: value.line, column: value.column };
  }
  if (value.kind === "list") return { ...value, items: value.items.map(inner) };
  if (value.kind !== "call") return value;
  const keywords = new Map([...value.keywords].map(([name, held]) => [name, inner(held)]));
  return { ...value, args: value.args.map(inner), keywords };
}

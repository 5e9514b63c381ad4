import type { Json } from "@crewstream/crew/parts";
import { compileCel, type Expression } from "./evaluate.ts";

/** A value whose `${…}` are compiled; call it with the roots' values to fill them in. */
export type Template = (roots: Readonly<Record<string, unknown>>) => Json;

/**
 * Compiles a JSON value with CEL in its strings. A string that consists of one `${…}` evaluates to the expression's
 * value; in other text, values become text: null becomes empty, anything but text becomes JSON as Python writes it.
 * `fault` gets each invalid expression, with its path in the value; such a template must not be called.
 */
export function compileTemplate(
  value: unknown,
  roots: readonly string[],
  fault: (path: readonly (string | number)[], message: string) => void,
  path: readonly (string | number)[] = [],
): Template {
  if (typeof value === "string") {
    try {
      return textTemplate(value, roots);
    } catch (error) {
      fault(path, error instanceof Error ? error.message : String(error));
      return () => null;
    }
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileTemplate(item, roots, fault, [...path, index]));
    return (values) => items.map((item) => item(values));
  }
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(
      ([name, held]) => [name, compileTemplate(held, roots, fault, [...path, name])] as const,
    );
    return (values) => Object.fromEntries(fields.map(([name, field]) => [name, field(values)]));
  }
  return () => value as Json;
}

function textTemplate(text: string, roots: readonly string[]): Template {
  const parts = segments(text).map((part) => ("text" in part ? part.text : compileCel(part.cel, roots)));
  const [only] = parts;
  if (parts.length === 1 && typeof only === "function") return only;
  return (values) => parts.map((part) => (typeof part === "string" ? part : shown(part, values))).join("");
}

function shown(expression: Expression, values: Readonly<Record<string, unknown>>): string {
  const value = expression(values);
  if (value === null) return "";
  return typeof value === "string" ? value : pythonJson(value);
}

/**
 * Splits a text at its `${…}`; braces and strings inside an expression belong to it. Throws for one that is not closed.
 */
export function segments(text: string): ({ text: string } | { cel: string })[] {
  const parts: ({ text: string } | { cel: string })[] = [];
  let from = 0;
  for (let start = text.indexOf("${"); start !== -1; start = text.indexOf("${", from)) {
    if (start > from) parts.push({ text: text.slice(from, start) });
    const end = endOf(text, start + 2);
    if (end === -1) throw new Error(`\${… has no closing brace in ${JSON.stringify(text.slice(start, start + 60))}`);
    const cel = text.slice(start + 2, end).trim();
    if (cel === "") throw new Error("${} contains no expression");
    parts.push({ cel });
    from = end + 1;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from) });
  return parts;
}

function endOf(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index += 1) {
    const char = text[index];
    if (char === "{") depth += 1;
    else if (char === "}") depth -= 1;
    else if (char === '"' || char === "'") index = endOfString(text, index);
    if (depth === 0) return index;
    if (index === -1) return -1;
  }
  return -1;
}

/** Index of a string's closing quote; the text's length if it has none. */
function endOfString(text: string, start: number): number {
  const quote = text.slice(start, start + 3) === (text[start] ?? "").repeat(3) ? 3 : 1;
  const raw = /[rR]/.test(text[start - 1] ?? "");
  const closing = text.slice(start, start + quote);
  for (let index = start + quote; index < text.length; index += 1) {
    if (text[index] === "\\" && !raw) index += 1;
    else if (text.startsWith(closing, index)) return index + quote - 1;
  }
  return text.length;
}

/** JSON with a space after commas and colons, like Python's json.dumps. */
export function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, held]) => `${JSON.stringify(name)}: ${pythonJson(held)}`);
  return `{${fields.join(", ")}}`;
}

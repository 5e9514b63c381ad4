import type { Token } from "./python-tokens.ts";

/** An expression of Python, as far as it can be read without running it. */
export type PyValue = { line: number; column: number } & (
  | { kind: "literal"; value: unknown }
  | { kind: "list"; items: PyValue[] }
  | { kind: "dict"; entries: { key: PyValue; value: PyValue }[] }
  | { kind: "call"; name: string; args: PyValue[]; keywords: Map<string, PyValue> }
  | { kind: "name"; name: string }
  | { kind: "index"; name: string; key: PyValue }
  | { kind: "other"; text: string }
);

const constants: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };
const maxDepth = 30;

/** Reads expressions from tokens. What is more than a literal, a name, a call or a list of those is `other`. */
export class PyReader {
  readonly #tokens: readonly Token[];
  #next: number;
  #depth = 0;

  constructor(tokens: readonly Token[], start = 0) {
    this.#tokens = tokens;
    this.#next = start;
  }

  get position(): number {
    return this.#next;
  }

  /** The expression here, up to a comma, a closing bracket, a colon, `=` or the line's end at its own depth. */
  expression(): PyValue {
    const start = this.#next;
    const first = this.#tokens[start];
    const at = { line: first?.line ?? 0, column: first?.column ?? 0 };
    if (this.#depth >= maxDepth) return { ...at, kind: "other", text: this.#skip(start) };
    this.#depth += 1;
    const read = this.#primary();
    this.#depth -= 1;
    if (read !== undefined && this.#atEnd()) return { ...at, ...read };
    return { ...at, kind: "other", text: this.#skip(start) };
  }

  /** What is called with, the opening bracket being the next token. */
  call(): { args: PyValue[]; keywords: Map<string, PyValue> } {
    const args: PyValue[] = [];
    const keywords = new Map<string, PyValue>();
    this.#next += 1;
    while (this.#peek() !== ")" && this.#tokens[this.#next] !== undefined) {
      const name = this.#tokens[this.#next];
      if (name?.kind === "name" && this.#peek(1) === "=" && this.#peek(2) !== "=") {
        this.#next += 2;
        keywords.set(name.text, this.expression());
      } else args.push(this.expression());
      if (this.#peek() === ",") this.#next += 1;
      else if (this.#peek() !== ")") this.#next += 1;
    }
    this.#next += 1;
    return { args, keywords };
  }

  #peek(ahead = 0): string | undefined {
    return this.#tokens[this.#next + ahead]?.text;
  }

  #atEnd(): boolean {
    const token = this.#tokens[this.#next];
    return (
      token === undefined || token.kind === "newline" || (token.kind === "operator" && ",)]}:=".includes(token.text))
    );
  }

  /** Goes on to the expression's end and gives its text. */
  #skip(start: number): string {
    this.#next = start;
    for (let depth = 0; this.#tokens[this.#next] !== undefined; this.#next += 1) {
      const { kind, text } = this.#tokens[this.#next] as Token;
      if (depth === 0 && this.#next > start && this.#atEnd()) break;
      if (depth === 0 && kind === "operator" && ")]}".includes(text)) break;
      if (kind === "operator" && "([{".includes(text)) depth += 1;
      if (kind === "operator" && ")]}".includes(text)) depth -= 1;
    }
    return this.#tokens
      .slice(start, this.#next)
      .map((token) => token.text)
      .join("")
      .slice(0, 80);
  }

  #primary(): Bare | undefined {
    const token = this.#tokens[this.#next];
    if (token === undefined) return undefined;
    if (token.kind === "string") return this.#string();
    if (token.kind === "number" || token.text === "-") return this.#number();
    if (token.kind === "name") return token.text in constants ? this.#constant(token.text) : this.#named();
    if (token.text === "[" || token.text === "(") return this.#list(token.text === "[" ? "]" : ")");
    return token.text === "{" ? this.#dict() : undefined;
  }

  #string(): Bare | undefined {
    let text = "";
    for (let token = this.#tokens[this.#next]; token?.kind === "string"; token = this.#tokens[this.#next]) {
      if (token.value === undefined) return undefined;
      text += token.value;
      this.#next += 1;
    }
    return { kind: "literal", value: text };
  }

  #number(): Bare | undefined {
    const negative = this.#peek() === "-";
    if (negative) this.#next += 1;
    const token = this.#tokens[this.#next];
    if (token?.kind !== "number") return undefined;
    this.#next += 1;
    const value = Number(token.text.replaceAll("_", ""));
    return Number.isNaN(value) ? undefined : { kind: "literal", value: negative ? -value : value };
  }

  #constant(name: string): Bare {
    this.#next += 1;
    return { kind: "literal", value: constants[name] };
  }

  #named(): Bare | undefined {
    let name = this.#peek() ?? "";
    this.#next += 1;
    while (this.#peek() === "." && this.#tokens[this.#next + 1]?.kind === "name") {
      name += `.${this.#peek(1)}`;
      this.#next += 2;
    }
    if (this.#peek() === "(") return { kind: "call", name, ...this.call() };
    if (this.#peek() !== "[") return { kind: "name", name };
    this.#next += 1;
    const key = this.expression();
    if (this.#peek() !== "]") return undefined;
    this.#next += 1;
    return { kind: "index", name, key };
  }

  #list(closing: string): Bare | undefined {
    const items: PyValue[] = [];
    this.#next += 1;
    while (this.#peek() !== closing) {
      if (this.#tokens[this.#next] === undefined) return undefined;
      items.push(this.expression());
      if (this.#peek() === ",") this.#next += 1;
      else if (this.#peek() !== closing) return undefined;
    }
    this.#next += 1;
    return { kind: "list", items };
  }

  #dict(): Bare | undefined {
    const entries: { key: PyValue; value: PyValue }[] = [];
    this.#next += 1;
    while (this.#peek() !== "}") {
      if (this.#tokens[this.#next] === undefined) return undefined;
      const key = this.expression();
      if (this.#peek() !== ":") return undefined;
      this.#next += 1;
      entries.push({ key, value: this.expression() });
      if (this.#peek() === ",") this.#next += 1;
      else if (this.#peek() !== "}") return undefined;
    }
    this.#next += 1;
    return { kind: "dict", entries };
  }
}

type Bare = PyValue extends infer V ? (V extends PyValue ? Omit<V, "line" | "column"> : never) : never;

/** A value that holds literals only, as JSON; undefined when anything in it would have to be run. */
export function literalOf(value: PyValue): { value: unknown } | undefined {
  if (value.kind === "literal") return { value: value.value };
  if (value.kind === "list") {
    const items = value.items.map(literalOf);
    return items.every((item) => item !== undefined) ? { value: items.map((item) => item.value) } : undefined;
  }
  if (value.kind !== "dict") return undefined;
  const entries: [string, unknown][] = [];
  for (const { key, value: held } of value.entries) {
    const name = literalOf(key)?.value;
    const inner = literalOf(held);
    if (typeof name !== "string" || name === "__proto__" || inner === undefined) return undefined;
    entries.push([name, inner.value]);
  }
  return { value: Object.fromEntries(entries) };
}

/** An expression as a person reads it in a finding. */
export function shownValue(value: PyValue): string {
  if (value.kind === "other") return value.text;
  if (value.kind === "call") return `${value.name}(…)`;
  if (value.kind === "name") return value.name;
  if (value.kind === "index") return `${value.name}[…]`;
  return value.kind === "literal" ? JSON.stringify(value.value) : `a ${value.kind}`;
}

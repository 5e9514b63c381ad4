/** A piece of Python source: where it begins, and, of a string without placeholders, what it says. */
export interface Token {
  kind: "name" | "number" | "string" | "operator" | "newline";
  text: string;
  /** The value of a string literal; absent for f-strings and bytes. */
  value?: string;
  line: number;
  column: number;
  /** Spaces before the first token of its line. */
  indent: number;
}

const stringStart = /([A-Za-z]{0,2})("""|'''|"|')/y;
const name = /[A-Za-z_]\w*/y;
const number = /0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+/y;
const space = /[ \t\f]+|\\\r?\n|#[^\n]*/y;

/**
 * Cuts Python source into tokens, without comments and without the line ends inside brackets. It never fails: what it
 * does not know becomes an operator of one character.
 */
export function pythonTokens(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  let depth = 0;
  let line = 1;
  let lineStart = 0;
  let indent: number | undefined;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    return pattern.exec(source)?.[0];
  };
  const push = (kind: Token["kind"], text: string, value?: string): void => {
    indent ??= offset - lineStart;
    const column = offset - lineStart + 1;
    tokens.push({ kind, text, ...(value === undefined ? {} : { value }), line, column, indent });
  };
  const advance = (text: string): void => {
    for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) {
      line += 1;
      lineStart = offset + index + 1;
    }
    offset += text.length;
  };
  while (offset < source.length) {
    const char = source[offset] as string;
    if (char === "\n" || char === "\r") {
      if (depth === 0 && indent !== undefined && char === "\n") push("newline", "\n");
      advance(char);
      if (char === "\n" && depth === 0) indent = undefined;
      continue;
    }
    const skipped = take(space);
    if (skipped !== undefined) {
      advance(skipped);
      continue;
    }
    stringStart.lastIndex = offset;
    const start = stringStart.exec(source);
    if (start !== null && /^[rRbBuUfF]*$/.test(start[1] ?? "")) {
      const [opening, prefix = "", quote = '"'] = start;
      const end = endOfString(source, offset + opening.length, quote);
      const body = source.slice(offset + opening.length, end);
      const isPlain = !/[fFbB]/.test(prefix);
      const text = source.slice(offset, Math.min(source.length, end + quote.length));
      push("string", text, isPlain ? (/[rR]/.test(prefix) ? body : unescape(body)) : undefined);
      advance(text);
      continue;
    }
    const word = take(name);
    const digits = word === undefined ? take(number) : undefined;
    if (word !== undefined) push("name", word);
    else if (digits !== undefined) push("number", digits);
    else {
      if ("([{".includes(char)) depth += 1;
      if (")]}".includes(char)) depth = Math.max(0, depth - 1);
      push("operator", char);
    }
    advance(word ?? digits ?? char);
  }
  return tokens;
}

/** Index of the closing quote; a plain string without one ends with its line. */
function endOfString(source: string, from: number, quote: string): number {
  for (let index = from; index < source.length; index += 1) {
    if (source[index] === "\\") index += 1;
    else if (source.startsWith(quote, index)) return index;
    else if (quote.length === 1 && source[index] === "\n") return index;
  }
  return source.length;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0", "\n": "" };

function unescape(body: string): string {
  return body.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\s\S])/g, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return escapes[code] ?? (/["'\\]/.test(code) ? code : `\\${code}`);
  });
}

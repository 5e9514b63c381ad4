import { pythonTokens, type Token } from "./python-tokens.ts";
import { assignments, doMoreThanAssign, resolved } from "./python-variables.ts";
import { PyReader, type PyValue } from "./python-values.ts";

/** A method of a crew's class that CrewAI finds by its decorator. */
export interface CrewMethod {
  decorator: string;
  name: string;
  line: number;
  column: number;
  /** The call it returns: `Agent(…)`, `Task(…)`, `Crew(…)`, a tool's class; undefined when it is anything else. */
  returned: PyValue | undefined;
  /** Statements before the return that do more than name a value: what they do cannot be known. */
  hasOtherCode: boolean;
}

/** The decorated methods of crew.py, in their order. */
export function crewMethods(source: string): CrewMethod[] {
  const tokens = pythonTokens(source);
  const methods: CrewMethod[] = [];
  const ofModule = assignments(tokens, 0);
  for (const [index, token] of tokens.entries()) {
    if (token.text !== "def" || token.kind !== "name") continue;
    const decorator = decoratorsBefore(tokens, index).find((name) => known.has(name));
    const name = tokens[index + 1];
    if (decorator === undefined || name?.kind !== "name") continue;
    const body = bodyOf(tokens, index);
    const at = body.findIndex((each) => each.text === "return" && each.kind === "name");
    const before = at === -1 ? [] : body.slice(0, at);
    const variables = new Map([
      ...ofModule,
      ...assignments(tokens, token.indent, "self."),
      ...assignments(before, before[0]?.indent ?? 0),
    ]);
    const returned = at === -1 ? undefined : resolved(new PyReader(body, at + 1).expression(), variables);
    methods.push({
      decorator,
      name: name.text,
      line: token.line,
      column: token.column,
      returned,
      hasOtherCode: at === -1 || doMoreThanAssign(before),
    });
  }
  return methods;
}

const known = new Set(
  `agent task crew tool llm callback cache_handler output_json output_pydantic before_kickoff after_kickoff`.split(" "),
);

/** Names of the decorators on the lines above a `def`, `@a.b(…)` as `b`. */
function decoratorsBefore(tokens: readonly Token[], def: number): string[] {
  const names: string[] = [];
  const { indent = 0 } = tokens[def] ?? {};
  for (let index = def - 1; index >= 0; index -= 1) {
    const token = tokens[index] as Token;
    if (token.text === "@" && token.indent === indent) {
      let end = index + 1;
      while (tokens[end + 1]?.text === "." && tokens[end + 2]?.kind === "name") end += 2;
      names.push(tokens[end]?.text ?? "");
      if (tokens[index - 1]?.kind !== "newline") break;
      // One line further up, another decorator may stand.
      if (!lineBegins(tokens, index - 1, indent)) break;
    }
    if (token.kind === "name" && token.text === "def") break;
  }
  return names;
}

/** Whether the line that ends at this newline begins with `@`. */
function lineBegins(tokens: readonly Token[], newline: number, indent: number): boolean {
  let start = newline;
  while (start > 0 && tokens[start - 1]?.kind !== "newline") start -= 1;
  return tokens[start]?.text === "@" && tokens[start]?.indent === indent;
}

/** The tokens of a function's body, its docstring left out. */
function bodyOf(tokens: readonly Token[], def: number): Token[] {
  const { indent = 0 } = tokens[def] ?? {};
  let start = tokens.findIndex((token, index) => index > def && token.kind === "newline");
  if (start === -1) return [];
  start += 1;
  if (tokens[start]?.kind === "string") start += 1;
  const end = tokens.findIndex((token, index) => index > start && token.kind !== "newline" && token.indent <= indent);
  return tokens.slice(start, end === -1 ? tokens.length : end);
}

/** The first `inputs = {…}` of main.py, or of a call's `inputs={…}`: CrewAI's place for default inputs. */
export function mainInputs(source: string): PyValue | undefined {
  const tokens = pythonTokens(source);
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "name" || token.text !== "inputs" || tokens[index + 1]?.text !== "=") continue;
    if (tokens[index + 2]?.text !== "{") continue;
    return new PyReader(tokens, index + 2).expression();
  }
  return undefined;
}

/** The path that a class gives as `agents_config = "…"` or `tasks_config = "…"`; undefined for CrewAI's own. */
export function configPath(source: string, name: "agents_config" | "tasks_config"): string | undefined {
  const tokens = pythonTokens(source);
  const at = tokens.findIndex(({ text }, index) => text === name && tokens[index + 1]?.text === "=");
  return at === -1 ? undefined : tokens[at + 2]?.value;
}

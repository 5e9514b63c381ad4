import { describe, expect, test } from "vitest";
import { compileCel } from "./evaluate.ts";
import { compileTemplate, segments } from "./template.ts";

const roots = {
  state: { n: 2, x: 2.5, name: "Ada", tags: ["a", "b"], items: [{ n: 1 }, { n: 2 }], none: null, ok: true },
  outputs: { draft: { raw: "text", json_dict: { score: 4 } } },
};
const evaluate = (source: string): unknown => compileCel(source, ["state", "outputs"])(roots);

describe("an expression", () => {
  test.each([
    ["state.n + 1", 3],
    ["state.n / 2", 1],
    ["state.x * 2.0", 5],
    ["state.items.map(i, i.n * 10)", [10, 20]],
    ["state.items.filter(i, i.n > 1).size()", 1],
    ["has(state.missing) ? 1 : 0", 0],
    ["outputs.draft.json_dict.score >= 3", true],
    ['state.name + " & " + string(state.n)', "Ada & 2"],
    ['{"a": state.tags, "b": state.n, "c": null}', { a: ["a", "b"], b: 2, c: null }],
    ['[state.n, "x", null, true]', [2, "x", null, true]],
    ['state.name.matches("^A")', true],
    ["9007199254740993 + 0", "9007199254740993"],
  ])("%s gives %j", (source, value) => expect(evaluate(source)).toEqual(value));

  test("is checked when it is compiled", () => {
    expect(() => evaluate("state.n +")).toThrow("EOF");
    expect(() => evaluate("inputs.topic")).toThrow('"inputs" is not known here; known: state, outputs');
    expect(() => evaluate("item.x")).toThrow('"item" is not known here');
    expect(() => evaluate('1 + "a"')).toThrow("no such overload");
    expect(() => evaluate("x".repeat(30_000))).toThrow("longer than");
    expect(() => evaluate(`${"(".repeat(5000)}1${")".repeat(5000)}`)).toThrow(/depth|stack/i);
  });

  test("that fails is named in the error", () => {
    expect(() => evaluate("state.missing")).toThrow('The expression "state.missing" failed: No such key: missing');
  });
});

describe("a template", () => {
  const render = (value: unknown): unknown => {
    const faults: string[] = [];
    const template = compileTemplate(value, ["state", "outputs"], (path, message) =>
      faults.push(`${path.join(".")}: ${message}`),
    );
    return faults.length > 0 ? faults : template(roots);
  };

  test.each([
    ["plain {braces} $5", "plain {braces} $5"],
    ["${state.tags}", ["a", "b"]],
    ["${ state.n }", 2],
    ["n=${state.n}, ${state.name}, [${state.none}]", "n=2, Ada, []"],
    ["${state.tags} ${state.items} ${state.ok}", '["a", "b"] [{"n": 1}, {"n": 2}] true'],
    ['${{"a": {"b": "}"}}}', { a: { b: "}" } }],
    ["${'it\\'s }'}!", "it's }!"],
    ["", ""],
  ])("%s gives %j", (value, expected) => expect(render(value)).toEqual(expected));

  test("fills every string of a value, and names what is wrong by its path", () => {
    expect(render({ a: ["${state.n}", 3], b: { c: "x${state.n}" } })).toEqual({ a: [2, 3], b: { c: "x2" } });
    expect(render({ a: ["${state.n"], b: "${}", c: "${nope.x}" })).toEqual([
      expect.stringContaining("a.0: ${… has no closing brace"),
      "b: ${} contains no expression",
      expect.stringContaining('c: "nope" is not known here'),
    ]);
  });

  test("is split where its expressions begin and end", () => {
    expect(segments('a${"}"}b${r"\\"}')).toEqual([{ text: "a" }, { cel: '"}"' }, { text: "b" }, { cel: 'r"\\"' }]);
  });
});

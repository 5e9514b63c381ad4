import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkProject } from "./load-project.ts";
import { soundCrew, testProject } from "./testing/test-project.ts";

const at = (path: string): Promise<string> => readFile(new URL(`../../../examples/${path}`, import.meta.url), "utf8");

/** Everything but "the project could not be read", which would be an unexpected error. */
async function messages(files: Readonly<Record<string, unknown>>): Promise<string[]> {
  await using project = await testProject(files);
  const findings = await checkProject(project.dir);
  const texts = findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
  expect(texts.filter((text) => text.includes("could not be read"))).toEqual([]);
  return texts;
}

const deep = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const flow = (methods: unknown, more: object = {}): Record<string, unknown> => ({
  "flow.json": { schema: "crewai.flow/v1", name: "f", methods, ...more },
});
const go = { start: true, do: { call: "expression", expr: "1" } };
const task = soundCrew["crew.json"].tasks[0];

describe("invalid input causes findings, and nothing else", () => {
  test("files truncated at every position", async () => {
    const crew = await at("topic_brief/crew.jsonc");
    const yaml = await at("reviewed_post/src/reviewed_post/flow.yaml");
    for (let part = 0; part < 40; part += 1) {
      const cut = (text: string): string => text.slice(0, Math.floor((text.length * part) / 40));
      expect(await messages({ ...soundCrew, "crew.json": "", "crew.jsonc": cut(crew) })).not.toEqual([]);
      // A flow may be complete before its file ends.
      await messages({ "flow.yaml": cut(yaml) });
    }
  });

  test.each([
    ["null", null],
    ["a number", 3],
    ["a list", [1, [2]]],
    ["a text", '"crew"'],
    ["nothing", ""],
    ["bytes", "\u0000\u0001\uFFFD{"],
    ["deep lists", deep(200)],
    ["very deep lists", deep(100_000)],
    ["a hidden prototype", '{"__proto__": {"agents": ["writer"]}, "agents": ["writer"], "tasks": []}'],
    ["a key twice", '{"agents": ["writer"], "agents": ["x"]}'],
    ["too much", `{"name": "${"x".repeat(1_100_000)}"}`],
    ["wrong kinds", { agents: "writer", tasks: { a: 1 }, process: 5, inputs: [], memory: "yes", cache: 1 }],
    ["wrong items", { agents: [1, null, {}], tasks: [null, "x", 7, [], {}] }],
    ["endless numbers", '{"agents": ["writer"], "tasks": [], "max_rpm": 1e999}'],
    ["huge lists", { ...soundCrew["crew.json"], agents: Array.from({ length: 3000 }, (_, index) => `agent_${index}`) }],
    ["long keys", { ["k".repeat(100_000)]: 1, ...soundCrew["crew.json"] }],
  ])("a crew that is %s", async (_, content) => {
    expect(await messages({ ...soundCrew, "crew.json": content === null ? "null" : content })).not.toEqual([]);
  });

  test.each([
    ["itself in its context", [{ ...task, context: ["write"] }], "a task cannot be its own context"],
    [
      "a circle in its contexts",
      [
        { ...task, context: ["b"] },
        { ...task, name: "b", context: ["write"] },
      ],
      "comes later",
    ],
    ["two tasks of a name", [task, task], 'two tasks are named "write"'],
    [
      "a conditional task first",
      [{ ...task, type: "conditional", condition: { cel: "true" } }],
      "cannot be conditional",
    ],
    [
      "two asynchronous tasks last",
      [
        { ...task, async_execution: true },
        { ...task, name: "b", async_execution: true },
      ],
      "at most one",
    ],
    ["an output file elsewhere", [{ ...task, output_file: "/etc/passwd" }], "inside the run's directory"],
    ["an output file with a command", [{ ...task, output_file: "a;rm -rf $HOME" }], "characters of a shell"],
    [
      "a schema that is none",
      [{ ...task, output_json: { type: "object", properties: { a: { $ref: "#/nope" } } } }],
      "is not a schema",
    ],
    ["a condition on a plain task", [{ ...task, condition: { cel: "true" } }], '"condition" needs'],
  ])("tasks with %s", async (_, tasks, message) => {
    const found = await messages({ ...soundCrew, "crew.json": { agents: ["writer"], tasks } });
    expect(found.join("\n")).toContain(message);
  });

  test.each([
    ["an anchor in itself", "a: &a [*a]\nschema: crewai.flow/v1"],
    [
      "a bomb of anchors",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from("bcdefghi")
        .map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index]},`.repeat(9)}]`)
        .join("\n")}`,
    ],
    ["a Python object", "schema: !!python/object/apply:os.system ['ls']"],
    ["tabs", "schema:\n\t- a"],
    ["two documents", "a: 1\n---\nb: 2"],
    ["keys that are no text", "? [a, b]\n: c\n1: 2\nyes: no"],
    ["not-a-number", "schema: crewai.flow/v1\nname: .nan"],
    ["deep lists", deep(5000)],
  ])("YAML with %s", async (_, text) => {
    expect(await messages({ "flow.yaml": text })).not.toEqual([]);
  });

  test.each([
    ["no methods", {}, "no method starts the flow"],
    [
      "a method that waits for itself",
      { a: go, b: { listen: { and: ["a", { or: ["b"] }] }, do: go.do } },
      "waits for itself",
    ],
    ["a name that is none", { "a b": go }, "cannot name a method"],
    ["an empty condition", { a: go, b: { listen: { or: [] }, do: go.do } }, "must not be empty"],
    ["a condition of nothing known", { a: go, b: { listen: { xor: ["a"] }, do: go.do } }, ""],
    [
      "each in each",
      {
        a: {
          start: true,
          do: { call: "each", in: "[1]", do: [{ name: "x", action: { call: "each", in: "[1]", do: [] } }] },
        },
      },
      "",
    ],
    ["a crew from nowhere", { a: { start: true, do: { call: "crew" } } }, 'either "from_declaration" or "with"'],
    ["a crew file in itself", { a: { start: true, do: { call: "crew", from_declaration: "flow.json" } } }, ""],
    ["an expression too deep", { a: { start: true, do: { call: "expression", expr: "(".repeat(9000) } } }, "is wrong"],
    ["Python where an action is", { a: { start: true, do: { python: "a.b" } } }, "is Python"],
  ])("a flow with %s", async (_, methods, message) => {
    expect((await messages(flow(methods))).join("\n")).toContain(message);
  });

  test.each([
    ["state of no kind", { state: { type: "redis" } }],
    ["state of Python", { state: { type: "pydantic", ref: "a:B" } }],
    ["state that is no object", { state: { type: "json_schema", json_schema: { type: "array" } } }],
    ["another schema", { schema: "crewai.flow/v9" }],
    ["chat", { conversational: { system_prompt: "x" } }],
  ])("a flow with %s", async (_, more) => {
    expect(await messages(flow({ a: go }, more))).not.toEqual([]);
  });

  test("paths that lead outside: by name, by link, by a definition", async () => {
    await using outside = await testProject({
      "secret.json": soundCrew["agents/writer.json"],
      "tool.ts": "export default 1;",
    });
    await using project = await testProject({
      "pyproject.toml": '[tool.crewai]\ntype = "crew"\ndefinition = "crew.json"\n',
      "crew.json": {
        ...soundCrew["crew.json"],
        agents: ["linked", "../../etc/hosts"],
        step_callback: { ts: "../tool.ts#x" },
      },
      "agents/x.json": "{}",
    });
    await symlink(join(outside.dir, "secret.json"), join(project.dir, "agents", "linked.json"));
    const found = (await checkProject(project.dir)).map(({ message }) => message).join("\n");
    expect(found).toContain("there is no agents/linked.jsonc");
    expect(found).toContain("there is no agents/../../etc/hosts.jsonc");
    expect(found).toContain('must not contain ".."');
    await using named = await testProject({
      "pyproject.toml": '[tool.crewai]\ntype = "crew"\ndefinition = "../crew.json"\n',
    });
    expect(await checkProject(named.dir)).toMatchObject([{ message: 'the path "../crew.json" must not contain ".."' }]);
    for (const definition of ["/etc/passwd", "~/crew.json", "missing.json", "agents"]) {
      expect(
        await messages({
          "pyproject.toml": `[tool.crewai]\ntype = "crew"\ndefinition = "${definition}"\n`,
          "agents/a.json": "{}",
        }),
      ).toHaveLength(1);
    }
    expect(await messages({ "pyproject.toml": "[tool.crewai\ntype" })).toHaveLength(1);
  });
});

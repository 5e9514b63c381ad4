import { expect, test } from "vitest";
import { builtInTools } from "../tools/builtin/built-in-tools.ts";
import { defineCrew } from "./define-crew.ts";

const agents = { a: { role: "Writer for {audience}", goal: "g", backstory: "b" } };
const task = { description: "Write about {topic}", expectedOutput: "{length} words", agent: "a" } as const;

test("a crew's inputs are its placeholders, sorted; those without a default are required", () => {
  const crew = defineCrew({ agents, tasks: [task], inputs: { length: 100 } });
  expect(crew.inputs).toEqual(["audience", "length", "topic"]);
  expect(crew.required).toEqual(["audience", "topic"]);
});

test("all errors of a crew are reported at once, when it is defined", () => {
  const define = () =>
    defineCrew<string>({
      agents,
      tasks: [
        { ...task, name: "one", context: ["two"] },
        { ...task, name: "one", agent: "b" },
      ],
    });
  expect(define).toThrow('task "one" takes context from "two", which is not an earlier task');
  expect(define).toThrow('two tasks are named "one"');
  expect(define).toThrow('names the agent "b", but the agents are: a');
  const twice = { ...agents.a, tools: [builtInTools["read_file"]!, builtInTools["read_file"]!] };
  expect(() => defineCrew({ agents: { a: twice }, tasks: [task] })).toThrow(
    'agent "a" has two tools named "read_file"',
  );
  expect(() => defineCrew({ agents, tasks: [] })).toThrow("it has no tasks");
});

test("kickoff() outside a run fails and says where it works", async () => {
  await expect(defineCrew({ agents, tasks: [task] }).kickoff({})).rejects.toThrow("only works inside a run");
});

import type { Crew } from "@crewstream/crew";
import { expect, test } from "vitest";
import { readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

const prompts = { hierarchical_manager_agent: { role: "Boss", goal: "Lead", backstory: "Led" }, slices: { task: "x" } };

async function read(crew: object, file: unknown = prompts) {
  const files = { ...soundCrew, "crew.json": { ...soundCrew["crew.json"], prompt_file: "prompts.json", ...crew } };
  await using project = await testProject({ ...files, "prompts.json": file });
  const { automation, findings } = await readProject(project.dir);
  return { automation: automation as Crew | undefined, messages: findings.map(({ message }) => message) };
}

test("the manager of a hierarchical crew is built from its prompt_file", async () => {
  const { automation, messages } = await read({ process: "hierarchical", manager_llm: "offline/demo" });
  expect(messages).toEqual([]);
  expect(automation?.definition.managerAgent).toEqual({
    ...prompts.hierarchical_manager_agent,
    model: { model: "offline/demo" },
  });
});

test("a file without a manager is an error, and one that is not needed causes a warning", async () => {
  expect((await read({ process: "hierarchical" }, { slices: {} })).messages).toEqual([
    expect.stringContaining("hierarchical_manager_agent"),
  ]);
  expect((await read({ process: "hierarchical" }, "no json")).messages).toHaveLength(1);
  const { automation, messages } = await read({});
  expect(automation).toBeDefined();
  expect(messages).toEqual([expect.stringContaining("has no effect")]);
});

import { testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { readProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";

const told = "allow_crewai_trigger_context";

// Which of two tasks got the trigger's payload in CrewAI 1.15.30.
test.each([
  { name: "the first by itself", first: {}, second: {}, crew: {}, tells: [true, false] },
  { name: "not the first where it says no", first: { [told]: false }, second: {}, crew: {}, tells: [false, false] },
  { name: "another that says yes, too", first: {}, second: { [told]: true }, crew: {}, tells: [true, true] },
  { name: "another alone", first: { [told]: false }, second: { [told]: true }, crew: {}, tells: [false, true] },
  {
    name: "none by itself where a manager leads",
    first: {},
    second: { [told]: true },
    crew: { process: "hierarchical", manager_llm: "offline/demo" },
    tells: [false, true],
  },
])("a trigger's payload is passed to $name", async ({ first, second, crew, tells }) => {
  const task = { expected_output: "e", agent: "worker" };
  await using files = await testProject({
    "crew.json": {
      name: "c",
      agents: ["worker"],
      tasks: [
        { ...task, name: "a", description: "Do a", ...first },
        { ...task, name: "b", description: "Do b", ...second },
      ],
      ...crew,
    },
    "agents/worker.json": { role: "Worker", goal: "g", backstory: "b" },
  });
  const { automation, findings } = await readProject(files.dir);
  expect(findings).toEqual([]);
  const context = testContext({ inputs: { crewai_trigger_payload: "a new issue" } });
  await automation?.run(context);
  const started = context.sink.events.filter(({ type }) => type === "task_started");
  expect(started.map(({ data }) => String(data["description"]).includes("Trigger Payload: a new issue"))).toEqual(
    tells,
  );
});

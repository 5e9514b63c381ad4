import { type Crew, defineAgent, defineCrew, defineFlow, type Skill } from "@crewstream/crew";
import { eventProblems, scriptedModel, testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

const changelog: Skill = {
  name: "changelog",
  description: "How changelogs are written",
  instructions: "Newest first.",
  path: "skills/changelog",
  searched: "skills",
};
const brief: Skill = { name: "brief", description: "Always", instructions: "Be brief." };
const load = (skill_name: string) => ({ tools: [{ name: "load_skill", args: { skill_name } }] });
const md = (name: string, text = "Newest first.") =>
  `---\nname: ${name}\ndescription: How\nlicense: MIT\n---\n\n${text}\n`;

test("a skill of a folder is disclosed when it is loaded, one without a folder from the start; events are CrewAI's", async () => {
  const model = scriptedModel([load("nope"), load("changelog"), "Done."]);
  const crew = defineCrew({
    agents: { a: { role: "A", goal: "g", backstory: "b", model, skills: [changelog] } },
    skills: [brief, { ...changelog, instructions: "never" }],
    tasks: [{ name: "t", description: "Write", expectedOutput: "e", agent: "a" }],
  });
  const context = testContext();
  expect(await crew.run(context)).toMatchObject({ state: "SUCCESS", result: "Done." });
  const { events } = context.sink;
  expect(eventProblems(events)).toEqual([]);
  const [first, second, third] = model.calls.map(({ prompt }) => JSON.stringify(prompt));
  expect(first).toContain("Be brief.");
  expect(first).toContain("How changelogs are written");
  expect(first).not.toContain("Newest first.");
  expect(second).toContain('There is no skill \\"nope\\"');
  expect(third).toContain("Newest first.");
  const told = events.filter(({ type }) =>
    /^(skill_|crew_kickoff_st|task_st|agent_execution_st|tool_usage_st)/.test(type),
  );
  expect(told.map(({ type, data }) => [type, data["skill_name"] ?? data["search_path"]])).toEqual([
    ["crew_kickoff_started", undefined],
    ["skill_discovery_started", "skills"],
    ["skill_loaded", "changelog"],
    ["skill_discovery_completed", "skills"],
    ["task_started", undefined],
    ["skill_used", "brief"],
    ["agent_execution_started", undefined],
    ["tool_usage_started", undefined],
    ["tool_usage_started", undefined],
    ["skill_activated", "changelog"],
    ["skill_used", "changelog"],
  ]);
  const used = events.findLast(({ type }) => type === "skill_used");
  expect(used?.data).toMatchObject({
    disclosure_level: 2,
    skill_path: "skills/changelog",
    task_name: "t",
    agent_role: "A",
  });
});

test("a standalone agent has its skills too", async () => {
  const model = scriptedModel([load("changelog"), "Done."]);
  const agent = defineAgent({ role: "A", goal: "g", backstory: "b", model, skills: [changelog] });
  const flow = defineFlow({ name: "F" }, (f) => f.start("ask", async () => (await agent.kickoff("Write")).raw));
  const context = testContext();
  expect(await flow.run(context)).toMatchObject({ state: "SUCCESS", result: "Done." });
  expect(eventProblems(context.sink.events)).toEqual([]);
  expect(context.sink.types()).toContain("skill_used");
});

async function read(skills: unknown[], files: Record<string, string> = {}) {
  const writer = { ...soundCrew["agents/writer.json"], skills };
  await using project = await testProject({ ...soundCrew, "agents/writer.json": writer, ...files });
  const { automation, findings } = await readProject(project.dir);
  const found = (automation as Crew | undefined)?.definition.agents["writer"]?.skills;
  return { found, findings: findings.map(({ severity, message }) => `${severity} ${message}`) };
}

test("skills are read from folders of a project and from texts", async () => {
  const files = {
    "skills/changelog/SKILL.md": md("changelog"),
    "skills/changelog/references/more.md": "x",
    "skills/README.md": "x",
  };
  const { found, findings } = await read(["./skills", md("inline-one", "Be brief.")], files);
  expect(findings).toEqual([]);
  expect(found).toEqual([
    {
      name: "changelog",
      description: "How",
      instructions: "Newest first.",
      path: "skills/changelog",
      searched: "skills",
    },
    { name: "inline-one", description: "How", instructions: "Be brief." },
  ]);
});

test("an invalid skill is skipped with a warning; a missing folder is an error", async () => {
  const files = {
    "skills/one/SKILL.md": md("other"),
    "skills/two/SKILL.md": "no head",
    "skills/three/SKILL.md": "---\nname: three\n---\nx",
  };
  const { findings } = await read(["skills"], files);
  expect(findings).toEqual([
    expect.stringMatching(/^warning skills\/one\/SKILL.md is not a skill .*its folder must have its name/),
    expect.stringMatching(/^warning skills\/three\/SKILL.md .*description/),
    expect.stringMatching(/^warning skills\/two\/SKILL.md .*no head/),
    expect.stringMatching(/^warning no folder in "skills" contains a skill/),
  ]);
  expect((await read(["nowhere", "@acme/x", "---\nname: X\n---\n"])).findings).toEqual([
    expect.stringContaining("error the path"),
    expect.stringContaining("stored by CrewAI"),
    expect.stringContaining("is not a skill"),
  ]);
});

import { cp, mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findAutomations, loadEntry } from "./registry.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "crewstream-registry-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const agent = { role: "Writer", goal: "Write", backstory: "Writes" };
const crew = {
  agents: ["writer"],
  tasks: [{ description: "Write about {topic}", expected_output: "A text", agent: "writer" }],
};

async function project(folder: string, definition: object): Promise<string> {
  await mkdir(join(dir, folder, "agents"), { recursive: true });
  await writeFile(join(dir, folder, "crew.json"), JSON.stringify(definition));
  await writeFile(join(dir, folder, "agents", "writer.json"), JSON.stringify(agent));
  return join(dir, folder);
}

test("CrewAI projects are served by name, or by folder if the name is not a valid path", async () => {
  await project("one", { ...crew, name: "brief", prompt_file: "prompts.json" });
  await project("two", { ...crew, name: "A crew with a name" });
  await mkdir(join(dir, "notes"));
  const { entries, problems, warnings } = await findAutomations({
    dir,
    env: {},
    defaultModel: "offline/demo",
  });
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([
    { path: join(dir, "one"), warning: expect.stringContaining("prompt_file") as string },
  ]);
  expect(entries.map(({ announcement }) => announcement)).toMatchObject([
    { name: "brief", kind: "crew", inputs: ["topic"], required: ["topic"] },
    { name: "two", kind: "crew" },
  ]);
});

test("all errors of a project are reported, and the other projects are served", async () => {
  await project("bad", { ...crew, proces: "sequential", tasks: [{ ...crew.tasks[0], agent: "riter" }] });
  await project("good", crew);
  const { entries, problems } = await findAutomations({
    dir,
    env: {},
    defaultModel: "offline/demo",
  });
  expect(entries.map(({ announcement }) => announcement.name)).toEqual(["good"]);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.reason).toContain('unknown key "proces" (did you mean "process"?)');
  expect(problems[0]?.reason).toContain('there is no agent "riter" (did you mean "writer"?)');
});

test("the version changes with any file of a project except secrets", async () => {
  const path = await project("one", crew);
  const version = async (): Promise<string | undefined> => (await loadEntry(path))?.announcement.version;
  const first = await version();
  await writeFile(join(path, ".env"), "OPENAI_API_KEY=sk-1");
  expect(await version()).toBe(first);
  await writeFile(join(path, "agents", "writer.json"), JSON.stringify({ ...agent, goal: "Write well" }));
  const second = await version();
  expect(second).not.toBe(first);
  await cp(path, join(dir, "copy"), { recursive: true });
  expect((await loadEntry(join(dir, "copy")))?.announcement.version).toBe(second);
});

test("a Python project is left to Python, even if its crew is declared in YAML", async () => {
  await mkdir(join(dir, "team", "src", "team", "config"), { recursive: true });
  await writeFile(join(dir, "team", "pyproject.toml"), '[tool.crewai]\ntype = "crew"\n');
  await writeFile(join(dir, "team", "src", "team", "crew.py"), "from crewai.project import CrewBase\n");
  await writeFile(
    join(dir, "team", "src", "team", "config", "agents.yaml"),
    "writer: {role: r, goal: g, backstory: b}\n",
  );
  await mkdir(join(dir, "yaml_only", "config"), { recursive: true });
  await writeFile(join(dir, "yaml_only", "config", "agents.yaml"), "writer: {role: r, goal: g, backstory: b}\n");
  const found = await findAutomations({ dir, env: {}, defaultModel: "offline/demo" });
  expect(found.pythonFolders).toEqual([join(dir, "team")]);
  expect(found.entries).toEqual([]);
  expect(found.problems).toMatchObject([
    { name: "yaml_only", reason: expect.stringContaining("no Python code") as string },
  ]);
});

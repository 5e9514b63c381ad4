import type { Crew } from "@crewstream/crew";
import { expect, test } from "vitest";
import { readProject } from "../load-project.ts";
import { testProject } from "../testing/test-project.ts";
import { crewMethods, mainInputs } from "./crew-module.ts";
import { literalOf } from "./python-values.ts";

const agents = `
writer: {role: Writer of {topic}, goal: Write, backstory: Writes, llm: fast, max_iter: 3}
boss: {role: Boss, goal: Lead, backstory: Leads}
`
  .replace("{topic}", "'{topic}'")
  .replace("Writer of '{topic}'", '"Writer of {topic}"');
const tasks = `
write: {description: "Write", expected_output: Text, agent: writer, tools: [reader]}
check: {description: "Check", expected_output: Text, agent: writer}
`;

const header = "from crewai.project import *\n\n@CrewBase\nclass Some:\n    tasks_config = 'config/tasks.yaml'\n";

async function classic(body: string, more: Readonly<Record<string, string>> = {}, above = "") {
  await using project = await testProject({
    "src/some/config/agents.yaml": agents,
    "src/some/config/tasks.yaml": tasks,
    "src/some/crew.py": header.replace("@CrewBase", `${above}@CrewBase`) + body,
    ...more,
  });
  const { automation, findings } = await readProject(project.dir);
  return { crew: automation as Crew | undefined, findings };
}

const writer = "    @agent\n    def writer(self):\n        return Agent(config=self.agents_config['writer'])\n";
const crewOf = (args: string): string => `    @crew\n    def crew(self):\n        return Crew(${args})\n`;
const plainCrew = crewOf("agents=self.agents, tasks=self.tasks");
const both = ["check", "write"].map(
  (name) => `    @task\n    def ${name}(self) -> Task:\n        return Task(config=self.tasks_config["${name}"])\n`,
);

test("order is that of the class; tools, models and keywords come from its methods", async () => {
  const { crew, findings } = await classic(`
    @llm
    def fast(self):
        return LLM("openai/gpt-5-mini", temperature=0.2)

    @tool
    def reader(self):
        """Reads."""
        return FileReadTool(file_path='notes.md', result_as_answer=True)

    @agent
    def writer(self) -> Agent:
        return Agent(
            config=self.agents_config['writer'],  # type: ignore[index]
            max_iter=7, verbose=True, allow_delegation=False,
            tools=[ScrapeWebsiteTool(), crewai_tools.DirectoryReadTool(directory="data")],
        )

    @task
    def check(self) -> Task:
        return Task(config=self.tasks_config['check'], markdown=True)

    @task
    def write(self) -> Task:
        return Task(
            config=self.tasks_config['write'],
            context=[self.check()], agent=self.writer(),
            output_file='out/{topic}.md', description="Write "
            "it",
        )

    @crew
    def crew(self):
        """The crew"""
        return Crew(agents=[self.writer()], tasks=[self.check(), self.write()], process=Process.sequential, cache=True)
`);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(crew?.definition).toMatchObject({
    cache: true,
    process: "sequential",
    agents: { writer: { maxIter: 7, model: { model: "openai/gpt-5-mini", temperature: 0.2 } } },
    tasks: [
      { name: "check", markdown: true },
      { name: "write", context: ["check"], agent: "writer", outputFile: "out/{topic}.md", description: "Write it" },
    ],
  });
  const [read] = crew?.definition.tasks[1]?.tools ?? [];
  expect(read).toMatchObject({ name: "read_file", resultAsAnswer: true });
  expect(read?.inputSchema["properties"]).not.toHaveProperty("path");
  expect(read?.parse({})).toMatchObject({ path: "notes.md" });
  expect(crew?.definition.agents["writer"]?.tools?.map(({ name }) => name)).toEqual(["fetch_page", "list_files"]);
});

test("without crew.py: sequential, in the order of the YAML, and that is said", async () => {
  await using project = await testProject({
    "config/agents.yaml": agents.replace("llm: fast, ", ""),
    "config/tasks.yaml": tasks.replace("tools: [reader]", ""),
  });
  const { automation, findings } = await readProject(project.dir);
  expect(findings).toMatchObject([{ severity: "warning", message: expect.stringContaining("no crew.py") as string }]);
  expect((automation as Crew).definition.tasks.map(({ name }) => name)).toEqual(["write", "check"]);
});

test.each([
  [
    "a hook",
    `${writer}${both.join("")}    @before_kickoff\n    def prepare(self, inputs):\n        return inputs\n${plainCrew}`,
    "error",
    "@before_kickoff method prepare is Python",
  ],
  [
    "a callback",
    `${writer}${both.join("")}${crewOf("agents=self.agents, tasks=self.tasks, step_callback=log")}`,
    "error",
    '"log" is Python',
  ],
  [
    "a process from a variable",
    `${writer}${both.join("")}${crewOf("process=PROCESS")}`,
    "warning",
    "the crew is sequential",
  ],
  [
    "code before the return",
    `${writer}${both.join("")}    @crew\n    def crew(self):\n        self.x = 1\n        return Crew(agents=self.agents)\n`,
    "warning",
    "does more than return",
  ],
  [
    "another return",
    `${writer}${both.join("")}    @crew\n    def crew(self):\n        return self.build()\n`,
    "warning",
    "does not return Crew",
  ],
  [
    "a part of the tasks",
    `${writer}${both.join("")}${crewOf("tasks=[self.write()]")}`,
    "warning",
    "all tasks of the class are taken",
  ],
  [
    "tools from a function",
    `${writer.replace("['writer'])", "['writer'], tools=get_tools())")}${both.join("")}${plainCrew}`,
    "error",
    "get_tools(…) is Python",
  ],
])("what cannot be read is said: %s", async (_, body, severity, message) => {
  const { findings } = await classic(body, {
    "src/some/config/agents.yaml": agents.replace("llm: fast, ", ""),
    "src/some/config/tasks.yaml": tasks.replace("tools: [reader]", ""),
  });
  expect(findings).toContainEqual(
    expect.objectContaining({ severity, message: expect.stringContaining(message) as string }),
  );
});

test("methods are found behind several decorators, comments and strings that look like code", () => {
  const source = `
class A:
    """
    @agent
    def not_me(self): return Agent()
    """
    @agent
    @cached("x, y")
    def one(self):
        # return Agent(role="no")
        return Agent(role='''a "b"''', backstory=r"\\d", goal="x\\ty" 'z', tools=[A(b={'c': (1, -2.5, None)})])

    def helper(self): return 1
    @crewai.project.task
    async def two(self) -> Task: return Task(
        description=f"{x}",
    )
`;
  const [one, two, ...more] = crewMethods(source);
  expect(more).toEqual([]);
  expect([one?.decorator, one?.name, two?.decorator, two?.name]).toEqual(["agent", "one", "task", "two"]);
  const keywords = one?.returned?.kind === "call" ? one.returned.keywords : new Map();
  const literal = (name: string): unknown => literalOf(keywords.get(name))?.value;
  expect([literal("role"), literal("backstory"), literal("goal")]).toEqual(['a "b"', "\\d", "x\tyz"]);
});

test("the class may name other files", async () => {
  const body = `    agents_config = "elsewhere/agents.yml"\n\n${writer}${both.join("")}${plainCrew}`;
  const { crew, findings } = await classic(body, {
    "src/some/elsewhere/agents.yml": "writer: {role: Other, goal: g, backstory: b}",
    "src/some/config/tasks.yaml": tasks.replace("tools: [reader]", ""),
  });
  expect(findings).toEqual([]);
  expect(crew?.definition.agents["writer"]?.role).toBe("Other");
});

test("default inputs are the first dictionary of that name", () => {
  const found = mainInputs(
    "x = {'a': 1}\ndef run():\n    inputs: dict = {}\n    kickoff(inputs={'topic': 'AI', 'n': [1, True]})",
  );
  expect(found && literalOf(found)?.value).toEqual({ topic: "AI", n: [1, true] });
});

test("values that have a name, in the file, the class or the method, are what the name stands for", async () => {
  const { crew, findings } = await classic(
    `    search = DirectoryReadTool(directory="data")

    @agent
    def writer(self):
        page = ScrapeWebsiteTool()
        return Agent(config=self.agents_config['writer'], llm=model, tools=[page, reader, self.search])

${both.join("\n")}
${crewOf("agents=self.agents, tasks=self.tasks, process=how, verbose=2")}`,
    { "src/some/config/tasks.yaml": tasks.replace(", tools: [reader]", "") },
    'how = Process.sequential\nname = "openai/gpt-5"\nmodel = LLM(model=name, temperature=0.1)\nreader = FileReadTool(\n    file_path="a.md",\n)\n',
  );
  expect(findings.filter(({ message }) => !message.includes("is not used"))).toEqual([]);
  expect(crew?.definition.agents["writer"]).toMatchObject({ model: { model: "openai/gpt-5", temperature: 0.1 } });
  expect(crew?.definition.agents["writer"]?.tools?.map(({ name }) => name)).toEqual([
    "fetch_page",
    "read_file",
    "list_files",
  ]);
});

test("memory is read where it is written as an object, and an embedder as a dictionary", async () => {
  const settings = `agents=self.agents, tasks=self.tasks, memory=Memory(llm="openai/gpt-5-mini", read_only=True, storage=made()),
            embedder={"provider": "ollama", "config": {"model": "nomic-embed-text"}}`;
  const own = writer.replace("['writer'])", "['writer'], memory=MemoryScope(memory=shared, root_path='/own'))");
  const { crew, findings } = await classic([own, ...both, crewOf(settings)].join(""), {
    "src/some/config/agents.yaml": agents.replace("llm: fast, ", ""),
    "src/some/config/tasks.yaml": tasks.replace(", tools: [reader]", ""),
  });
  expect(findings.map(({ message }) => message).filter((message) => message.includes("emory"))).toEqual([
    "Memory(storage=…): made(…) is Python, which does not run here: it is left out",
  ]);
  expect(crew?.definition).toMatchObject({
    memory: { model: { model: "openai/gpt-5-mini" }, readOnly: true },
    embedder: { provider: "ollama", model: "nomic-embed-text" },
    agents: { writer: { memory: { rootPath: "/own" } } },
  });
});

test("PlanningConfig(…) is how an agent plans", async () => {
  const { crew, findings } = await classic(
    `    @agent
    def writer(self):
        return Agent(config=self.agents_config['writer'], planning_config=PlanningConfig(
            reasoning_effort="high", max_replans=1, llm=LLM(model="openai/gpt-5"), max_steps=steps()))

${both.join("\n")}
${crewOf("agents=self.agents, tasks=self.tasks")}`,
    {
      "src/some/config/agents.yaml": agents.replace("llm: fast, ", ""),
      "src/some/config/tasks.yaml": tasks.replace(", tools: [reader]", ""),
    },
  );
  expect(crew?.definition.agents["writer"]).toMatchObject({
    planning: { effort: "high", maxReplans: 1, model: { model: "openai/gpt-5" } },
  });
  expect(findings.map(({ message }) => message)).toContainEqual(expect.stringContaining("PlanningConfig(max_steps=…)"));
});

import type { Crew, Tool, ToolContext } from "@crewstream/crew";
import { expect, test } from "vitest";
import { checkProject, readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

const withTools = (...tools: unknown[]) => ({
  ...soundCrew,
  "agents/writer.json": { ...soundCrew["agents/writer.json"], tools },
  "docs/birds.txt": "Geese fly south.\n",
  "docs/people.csv": "name,town\nAda,London\n",
  "docs/pictures.png": "not read",
});

async function toolsOf(dir: string): Promise<Tool[]> {
  const { automation, findings } = await readProject(dir);
  expect(findings).toEqual([]);
  return [...((automation as Crew).definition.agents["writer"]?.tools ?? [])];
}

const ask = (tool: Tool | undefined, args: object): unknown => tool?.run(tool.parse(args), {} as ToolContext);

test("a search that names documents of the project finds passages in them, each under its own name", async () => {
  await using project = await testProject(
    withTools(
      { tool_type: "TXTSearchTool", txt: "docs/birds.txt" },
      { tool_type: "crewai_tools.TXTSearchTool", txt: "docs/birds.txt" },
      { tool_type: "DirectorySearchTool", directory: "docs", max_usage_count: 2 },
    ),
  );
  const tools = await toolsOf(project.dir);
  expect(tools.map(({ name }) => name)).toEqual(["search_txt", "search_txt_2", "search_directory"]);
  expect(JSON.stringify(tools[0]?.inputSchema)).not.toContain('"path"');
  expect(ask(tools[0], { search_query: "When do geese leave?" })).toBe("[docs/birds.txt]\nGeese fly south.");
  expect(ask(tools[2], { search_query: "London" })).toBe("[docs/people.csv]\nname: Ada, town: London");
  expect(ask(tools[2], { search_query: "trains" })).toBe("Nothing shares a word with the question.");
  expect(tools[2]?.maxUsageCount).toBe(2);
});

test("a tool without a counterpart is rejected with what to use instead", async () => {
  await using project = await testProject(
    withTools(
      "SerplyWebSearchTool",
      "SeleniumScrapingTool",
      "NL2SQLTool",
      "DOCXSearchTool",
      "platform:gmail/send_email",
    ),
  );
  const hints = (await checkProject(project.dir)).map(({ hint }) => hint);
  expect(hints).toEqual([
    expect.stringContaining("use SerperDevTool"),
    expect.stringContaining("use ScrapeWebsiteTool"),
    expect.stringContaining("the database's MCP server"),
    expect.stringContaining("use PDFSearchTool"),
    expect.stringContaining("name an MCP server of gmail"),
  ]);
});

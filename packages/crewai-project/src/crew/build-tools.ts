import { builtInTools, type Tool } from "@crewstream/crew";
import { searchIn } from "@crewstream/crew/parts";
import { within, type Location } from "../finding.ts";
import { nearestName } from "../nearest-name.ts";
import { findFile, type Project } from "../project.ts";
import { isTs } from "../schema/references.ts";
import type { ToolValue } from "../schema/values.ts";
import { asCrewaiTool, nativeTools, toolClass } from "./known-tools.ts";
import { projectSources } from "./project-sources.ts";
import { crewaiTools, insteadOf } from "./python-tools.ts";
import { tsExport, type Expected } from "./ts-exports.ts";

const aTool: Expected<Tool> = {
  what: "a tool made with defineTool or defineJsonTool",
  is: (value): value is Tool =>
    typeof value === "object" && value !== null && "parse" in value && "run" in value && "inputSchema" in value,
  stub: { name: "stub", description: "", inputSchema: { type: "object" }, parse: (args) => args, run: () => null },
};

/** A tool by the runtime's name, in addition to CrewAI's. */
const builtIn = (name: string): Tool | undefined =>
  Object.hasOwn(builtInTools, name) ? builtInTools[name] : undefined;

const provide = (name: string): string =>
  `provide it as tools/${name}.ts, whose default export is made with defineTool, and name it "custom:${name}"`;

/** The tools that a list names, without those not found (each a finding). */
export async function buildTools(project: Project, values: readonly ToolValue[], at: Location): Promise<Tool[]> {
  const tools: Tool[] = [];
  for (const [index, value] of values.entries()) {
    const place = within(at, index);
    const tool = await buildTool(project, value, place);
    if (tool === undefined) continue;
    if (tool === aTool.stub) {
      tools.push({ ...tool, name: `unread_${index}` });
      continue;
    }
    const first = tools.findIndex((other) => other.name === tool.name);
    if (first === -1) tools.push(tool);
    // One class with different settings, e.g. for two documents.
    else if (isSet(value)) tools.push({ ...tool, name: `${tool.name}_${index + 1}` });
    // Two of CrewAI's classes may be one tool here.
    else if (isSame(tools[first], tool)) continue;
    else project.findings.error(place, `the tool named ${JSON.stringify(tool.name)} exists already, as [${first}]`);
  }
  return tools;
}

function isSet(value: ToolValue): boolean {
  return typeof value === "object" && "tool_type" in value && Object.keys(value).length > 1;
}

function isSame(one: Tool | undefined, other: Tool): boolean {
  return one?.run === other.run && JSON.stringify(one.inputSchema) === JSON.stringify(other.inputSchema);
}

/** One tool: by CrewAI's class name, as custom:name, by reference, or with settings. */
export async function buildTool(project: Project, value: ToolValue, at: Location): Promise<Tool | undefined> {
  if (typeof value === "object" && isTs(value)) return tsExport(project, value, at, aTool);
  if (typeof value === "object" && "python" in value) return undefined;
  if (typeof value === "object") {
    const { tool_type: type, ...options } = value;
    return native(project, type.split(/[.:]/).at(-1) ?? type, options, within(at, "tool_type"));
  }
  if (value.startsWith("platform:")) {
    const service = value.slice("platform:".length).split("/")[0];
    project.findings.error(
      at,
      `${JSON.stringify(value)} is an integration of CrewAI's platform, which cannot be reached from here`,
      `name an MCP server of ${service} in "mcps", or ${provide(snakeCase(value.slice("platform:".length)))}`,
    );
    return undefined;
  }
  if (value.startsWith("custom:")) return custom(project, value.slice("custom:".length), at);
  const [module, name] = value.includes(":") ? value.split(":", 2) : [undefined, value];
  if (module !== undefined && !module.startsWith("crewai_tools")) {
    const snake = snakeCase(name ?? "");
    project.findings.error(at, `${JSON.stringify(value)} is Python, which does not run here`, provide(snake));
    return undefined;
  }
  return native(project, name ?? value, {}, at);
}

async function custom(project: Project, name: string, at: Location): Promise<Tool | undefined> {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    project.findings.error(at, `${JSON.stringify(name)} cannot name a file in tools/`, "use letters, digits and _");
    return undefined;
  }
  const names = ["ts", "mts", "js", "mjs"].map((extension) => `tools/${name}.${extension}`);
  const file = await findFile(project, ...names);
  if (file !== undefined) {
    const text = (await project.dir.text(file)) ?? "";
    const ts = /\bexport\s+default\b/.test(text) ? `./${file}` : `./${file}#${name}`;
    return tsExport(project, { ts }, at, aTool);
  }
  const isPython = (await findFile(project, `tools/${name}.py`)) !== undefined;
  const message = isPython ? `tools/${name}.py is Python, which does not run here` : `there is no tools/${name}.ts`;
  const inTypeScript = `write tools/${name}.ts, whose default export is made with defineTool`;
  const inPython = 'runtime = "python" under [tool.crewstream] in pyproject.toml has Python run the crew';
  project.findings.error(at, message, isPython ? `${inTypeScript}; ${inPython}` : inTypeScript);
  return undefined;
}

async function native(
  project: Project,
  name: string,
  options: Readonly<Record<string, unknown>>,
  at: Location,
): Promise<Tool | undefined> {
  const { result_as_answer: final, max_usage_count: limit, ...own } = options;
  const named = builtIn(name);
  if (named !== undefined) return named;
  const known = toolClass(name, Object.keys(nativeTools));
  const found = known === undefined ? undefined : nativeTools[known];
  if (found !== undefined) {
    const set: Record<string, unknown> = {};
    for (const [option, value] of Object.entries(own)) {
      const argument = found.names[option];
      if (argument === undefined) project.findings.warning(at, `${known} takes no ${JSON.stringify(option)} here`);
      else if (value !== null) set[argument] = value;
    }
    const document = found.documents === undefined ? undefined : own[found.documents];
    const sources = typeof document === "string" ? await projectSources(project, document, at) : undefined;
    const { path: _read, ...rest } = set;
    const tool =
      sources === undefined
        ? asCrewaiTool(found, set)
        : asCrewaiTool({ ...found, tool: searchIn(found.tool, sources) }, rest);
    return {
      ...tool,
      ...(final === true ? { resultAsAnswer: true } : {}),
      ...(typeof limit === "number" ? { maxUsageCount: limit } : {}),
    };
  }
  const python = toolClass(name, crewaiTools);
  if (python !== undefined) {
    project.findings.error(
      at,
      `${python} is a Python tool of CrewAI's that has no counterpart here`,
      [insteadOf(python), provide(snakeCase(python))].filter(Boolean).join("; or "),
    );
    return undefined;
  }
  const near = nearestName(name, [...Object.keys(nativeTools), ...crewaiTools]);
  const hint = near === undefined ? provide(snakeCase(name)) : `did you mean ${JSON.stringify(near)}?`;
  project.findings.error(at, `there is no tool ${JSON.stringify(name)}`, hint);
  return undefined;
}

function snakeCase(name: string): string {
  const snake = name
    .replace(/Tool$/, "")
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .replace(/\W+/g, "_")
    .toLowerCase();
  return snake === "" ? "my_tool" : snake;
}

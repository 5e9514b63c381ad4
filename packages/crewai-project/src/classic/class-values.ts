import type { Findings, Place } from "../finding.ts";
import type { CrewMethod } from "./crew-module.ts";
import { unread } from "./merged-keys.ts";
import { literalOf, shownValue, type PyValue } from "./python-values.ts";

/** What a class's values stand for: looks methods up by decorator and name. */
export interface ClassValues {
  methods: readonly CrewMethod[];
  findings: Findings;
}

/** `[SerperDevTool(), self.search(), FileReadTool(file_path="x")]` as names and objects of tools. */
export function toolsOf(values: ClassValues, value: PyValue, place: Place): { value: unknown[] } | undefined {
  if (value.kind !== "list") {
    values.findings.error(place, unread(value), "list the tools by name in the YAML");
    return undefined;
  }
  return { value: value.items.flatMap((item) => toolOf(values, item, place)) };
}

function toolOf(values: ClassValues, item: PyValue, place: Place): unknown[] {
  if (item.kind === "call" && item.name.startsWith("self."))
    return [namedTool(values, item.name.slice(5), place)].flat();
  if (item.kind !== "call") {
    values.findings.error(
      place,
      `the tool ${shownValue(item)} cannot be told without running Python`,
      "list the tools by name in the YAML",
    );
    return [];
  }
  const name = item.name.split(".").at(-1) ?? item.name;
  const options: Record<string, unknown> = {};
  for (const [key, held] of item.keywords) {
    const literal = literalOf(held);
    if (literal === undefined) values.findings.warning(place, `${name}: ${key} = ${unread(held)}`);
    else options[key] = literal.value;
  }
  return [Object.keys(options).length === 0 ? name : { tool_type: name, ...options }];
}

/** The tool that a `@tool` method returns; the name itself when there is none, for the tools by name. */
export function namedTool(values: ClassValues, name: string, place: Place): unknown {
  const method = values.methods.find((each) => each.decorator === "tool" && each.name === name);
  if (method === undefined) return name;
  if (method.returned?.kind === "call" && !method.returned.name.startsWith("self."))
    return toolOf(values, method.returned, place);
  values.findings.error(
    place,
    `what the @tool method ${name} returns cannot be told without running Python`,
    `provide it as tools/${name}.ts and name it "custom:${name}"`,
  );
  return [];
}

/** A model: text, `LLM(model="…", …)`, or an `@llm` method that returns one of those. */
export function modelOf(values: ClassValues, value: PyValue, place: Place): { value: unknown } | undefined {
  if (value.kind === "literal") return { value: value.value };
  if (value.kind === "call" && /(^|\.)LLM$/.test(value.name)) {
    const settings: Record<string, unknown> = {};
    for (const [key, held] of value.keywords) {
      const literal = literalOf(held);
      if (literal !== undefined) settings[key] = literal.value;
      else if (key !== "api_key") values.findings.warning(place, `LLM(${key}=…): ${unread(held)}`);
    }
    const [model] = value.args.map(literalOf);
    return { value: { ...(model === undefined ? {} : { model: model.value }), ...settings } };
  }
  if (value.kind === "call" && value.name.startsWith("self.")) {
    const found = namedModel(values, value.name.slice(5), place);
    if (found !== undefined) return found;
  }
  values.findings.error(place, unread(value), 'write llm: "provider/model" into the YAML');
  return undefined;
}

/** What an `@llm` method returns; undefined when there is no such method. */
export function namedModel(values: ClassValues, name: string, place: Place): { value: unknown } | undefined {
  const method = values.methods.find((each) => each.decorator === "llm" && each.name === name);
  return method?.returned === undefined ? undefined : modelOf(values, method.returned, place);
}

/** `PlanningConfig(reasoning_effort="high", llm=…)` as its keywords. */
export function planningConfigOf(values: ClassValues, value: PyValue, place: Place): { value: unknown } | undefined {
  const literal = literalOf(value);
  if (literal !== undefined) return literal;
  if (value.kind !== "call" || !/(^|\.)PlanningConfig$/.test(value.name)) {
    values.findings.error(place, unread(value), "write planning_config into the YAML");
    return undefined;
  }
  const config: Record<string, unknown> = {};
  for (const [key, held] of value.keywords) {
    const found = key === "llm" ? modelOf(values, held, place) : literalOf(held);
    if (found !== undefined) config[key] = found.value;
    else if (key !== "llm") values.findings.warning(place, `PlanningConfig(${key}=…): ${unread(held)}`);
  }
  return { value: config };
}

/** `[self.research_task()]` as names of tasks. */
export function tasksOf({ findings }: ClassValues, value: PyValue, place: Place): { value: unknown } | undefined {
  if (value.kind === "literal" && value.value === null) return { value: null };
  const items = value.kind === "list" ? value.items : [value];
  const names = items.map((item) =>
    item.kind === "call" && item.name.startsWith("self.") ? item.name.slice(5) : undefined,
  );
  if (names.every((name) => name !== undefined)) return { value: names };
  findings.error(place, unread(value), "name the tasks in the YAML: context: [research_task]");
  return undefined;
}

/** `self.researcher()` as a name. */
export function agentOf({ findings }: ClassValues, value: PyValue, place: Place): { value: unknown } | undefined {
  if (value.kind === "call" && value.name.startsWith("self.")) return { value: value.name.slice(5) };
  findings.error(place, unread(value), "name the agent in the YAML: agent: researcher");
  return undefined;
}

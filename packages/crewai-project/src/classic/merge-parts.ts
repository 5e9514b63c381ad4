import type { Place } from "../finding.ts";
import { within } from "../finding.ts";
import {
  agentOf,
  modelOf,
  namedModel,
  namedTool,
  planningConfigOf,
  tasksOf,
  toolsOf,
  type ClassValues,
} from "./class-values.ts";
import type { CrewMethod } from "./crew-module.ts";
import { memoryOf } from "./memory-value.ts";
import { addKeywords, MergedKeys, pythonOnly, type Convert } from "./merged-keys.ts";
import type { PythonDocument } from "./python-document.ts";
import { literalOf } from "./python-values.ts";

/** A YAML file of a classic crew: agents or tasks by name. */
export interface NamedParts {
  place: Place;
  parts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface ClassicSource extends ClassValues {
  /** crew.py, when it is there. */
  python: PythonDocument | undefined;
}

/** Keys whose text names code of the class; it is refused where the key is checked. */
const codeKeys = ["step_callback", "callback", "output_json", "output_pydantic", "response_model", "converter_cls"];
const modelKeys = ["llm", "function_calling_llm"];

/** Agents or tasks with their names, in the order the class has them; in the YAML's where there is no class. */
export function mergeParts(
  source: ClassicSource,
  yaml: NamedParts,
  decorator: "agent" | "task",
): Map<string, MergedKeys> {
  const merged = new Map<string, MergedKeys>();
  const methods = source.methods.filter((method) => method.decorator === decorator);
  const { python } = source;
  if (python === undefined || methods.length === 0) {
    for (const [name, keys] of Object.entries(yaml.parts)) {
      merged.set(name, resolveNames(source, new MergedKeys(keys, within(yaml.place, name))));
    }
    return merged;
  }
  const used = new Set<string>();
  for (const method of methods) {
    const name = configName(method) ?? method.name;
    used.add(name);
    const at = python.place([method.name], method);
    const keys = Object.hasOwn(yaml.parts, name) ? yaml.parts[name] : undefined;
    const part = new MergedKeys(keys ?? {}, keys === undefined ? at : within(yaml.place, name));
    addMethod({ source, python, method, at, part, decorator });
    merged.set(method.name, resolveNames(source, part));
  }
  for (const name of Object.keys(yaml.parts)) {
    if (used.has(name)) continue;
    source.findings.warning(within(yaml.place, name), `is not used: crew.py has no @${decorator} method for it`);
  }
  return merged;
}

interface MethodPart {
  source: ClassicSource;
  python: PythonDocument;
  method: CrewMethod;
  at: Place;
  part: MergedKeys;
  decorator: "agent" | "task";
}

function addMethod({ source, python, method, at, part, decorator }: MethodPart): void {
  const { findings } = source;
  const { returned } = method;
  const type = decorator === "agent" ? "Agent" : "Task";
  const isPlain = returned?.kind === "call" && returned.name.split(".").at(-1) === type;
  const isConditional = returned?.kind === "call" && /(^|\.)ConditionalTask$/.test(returned.name);
  if (returned?.kind !== "call" || (!isPlain && !isConditional)) {
    findings.warning(at, `@${decorator} ${method.name} does not return ${type}(…): only its YAML is used`);
    return;
  }
  if (method.hasOtherCode) {
    findings.warning(
      at,
      `@${decorator} ${method.name} does more than return ${type}(…): that is Python and is left out`,
    );
  }
  if (isConditional) part.set("type", "ConditionalTask", at);
  const model: Convert = (value, place) => modelOf(source, value, place);
  const special: Record<string, Convert | null> = {
    config: null,
    tools: (value, place) => toolsOf(source, value, place),
    llm: model,
    function_calling_llm: model,
    memory: (value, place) => memoryOf(source, value, place),
    planning_config: (value, place) => planningConfigOf(source, value, place),
    agent: (value, place) => agentOf(source, value, place),
    context: (value, place) => tasksOf(source, value, place),
    condition: pythonOnly,
    guardrail: (value, place) => literalOf(value) ?? pythonOnly(value, place),
    ...Object.fromEntries(codeKeys.map((name) => [name, pythonOnly])),
  };
  addKeywords({ to: part, python, owner: method.name, keywords: returned.keywords, special, findings });
}

/** `config=self.agents_config['researcher']` names `researcher`. */
function configName({ returned }: CrewMethod): string | undefined {
  if (returned?.kind !== "call") return undefined;
  const config = returned.keywords.get("config");
  const key = config?.kind === "index" ? literalOf(config.key)?.value : undefined;
  return typeof key === "string" ? key : undefined;
}

/** Texts of the YAML that name methods of the class are replaced by what those return. */
function resolveNames(source: ClassicSource, part: MergedKeys): MergedKeys {
  const { keys, place } = part;
  if (Array.isArray(keys["tools"])) {
    keys["tools"] = keys["tools"].flatMap((tool: unknown, index): unknown[] =>
      typeof tool === "string" ? [namedTool(source, tool, within(place, "tools", index))].flat() : [tool],
    );
  }
  for (const key of modelKeys) {
    const value = keys[key];
    const found = typeof value === "string" ? namedModel(source, value, within(place, key)) : undefined;
    if (found !== undefined) keys[key] = found.value;
  }
  for (const key of codeKeys) if (typeof keys[key] === "string") keys[key] = { python: keys[key] };
  if (Array.isArray(keys["callbacks"])) {
    keys["callbacks"] = keys["callbacks"].map((name: unknown) => (typeof name === "string" ? { python: name } : name));
  }
  return part;
}

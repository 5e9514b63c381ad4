import { agentOf, modelOf } from "./class-values.ts";
import { memoryOf } from "./memory-value.ts";
import type { ClassicSource } from "./merge-parts.ts";
import { addKeywords, pythonOnly, unread, type Convert, type MergedKeys } from "./merged-keys.ts";
import { literalOf } from "./python-values.ts";

/** Reads `Crew(process=…, memory=…)` of the @crew method, and says what hooks of the class do not run. */
export function crewSettings(source: ClassicSource, crew: MergedKeys): void {
  const { findings, python, methods } = source;
  if (python === undefined) return;
  for (const method of methods) {
    if (method.decorator !== "before_kickoff" && method.decorator !== "after_kickoff") continue;
    findings.error(
      python.place([method.name], method),
      `the @${method.decorator} method ${method.name} is Python, which does not run here`,
      "describe the crew in crew.jsonc, or write it with defineCrew",
    );
  }
  const method = methods.find((each) => each.decorator === "crew");
  if (method === undefined) {
    findings.warning(python.place([], { line: 1, column: 1 }), "there is no @crew method: the crew is sequential");
    return;
  }
  const { returned } = method;
  const at = python.place([method.name], method);
  if (returned?.kind !== "call" || returned.name.split(".").at(-1) !== "Crew") {
    findings.warning(at, "the @crew method does not return Crew(…): the crew is sequential");
    return;
  }
  if (method.hasOtherCode) {
    findings.warning(at, "the @crew method does more than return Crew(…): that is Python and is left out");
  }
  const model: Convert = (value, place) => modelOf(source, value, place);
  const collected =
    (name: string): Convert =>
    (value, place) => {
      const items = value.kind === "list" ? value.items : [];
      const listed = items.flatMap((item) => (item.kind === "call" ? [item.name.replace(/^self\./, "")] : []));
      const own = methods.filter(({ decorator }) => `${decorator}s` === name).map((each) => each.name);
      const isAll = listed.length === own.length && own.every((each, index) => listed[index] === each);
      if (!isAll && (value.kind !== "name" || value.name !== `self.${name}`)) {
        findings.warning(place, `${unread(value)}; all ${name} of the class are taken`);
      }
      return undefined;
    };
  const special: Record<string, Convert | null> = {
    agents: collected("agents"),
    tasks: collected("tasks"),
    process: (value, place) => {
      const name = value.kind === "name" ? /(?:^|\.)Process\.(\w+)$/.exec(value.name)?.[1] : literalOf(value)?.value;
      if (typeof name === "string") return { value: name };
      findings.warning(place, `${unread(value)}; the crew is sequential`);
      return undefined;
    },
    manager_llm: model,
    planning_llm: model,
    chat_llm: model,
    memory: (value, place) => memoryOf(source, value, place),
    function_calling_llm: model,
    manager_agent: (value, place) => agentOf(source, value, place),
    step_callback: pythonOnly,
    task_callback: pythonOnly,
  };
  addKeywords({ to: crew, python, owner: method.name, keywords: returned.keywords, special, findings });
}

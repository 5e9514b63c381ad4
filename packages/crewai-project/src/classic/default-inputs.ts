import { posix } from "node:path";
import type { Project } from "../project.ts";
import { mainInputs } from "./crew-module.ts";
import { PythonDocument } from "./python-document.ts";
import { literalOf, shownValue, type PyValue } from "./python-values.ts";

/** The inputs that main.py runs the crew with: a kickoff need not bring them. */
export async function defaultInputs(project: Project, folder: string): Promise<Record<string, unknown>> {
  const file = posix.join(folder, "main.py");
  if (!(await project.dir.isFile(file))) return {};
  const found = mainInputs((await project.dir.text(file)) ?? "");
  if (found?.kind !== "dict") return {};
  const python = new PythonDocument(file);
  const inputs: [string, unknown][] = [];
  for (const { key, value } of found.entries) {
    const name = literalOf(key)?.value;
    if (typeof name !== "string") continue;
    const literal = literalOf(value) ?? thisYear(value);
    if (literal !== undefined) inputs.push([name, literal.value]);
    else {
      const message = `the default of ${JSON.stringify(name)} is Python (${shownValue(value)}): a kickoff must bring it`;
      project.findings.warning(python.place(["inputs", name], value), message);
    }
  }
  return Object.fromEntries(inputs);
}

/** What `crewai create` writes, `str(datetime.now().year)`, is read as the year in which the project is loaded. */
function thisYear(value: PyValue): { value: unknown } | undefined {
  const isString = value.kind === "call" && value.name === "str" && value.args.length === 1;
  const inner = isString ? value.args[0] : value;
  const text = inner === undefined ? "" : shownValue(inner);
  if (!/^(datetime\.)?(datetime|date)\.(now|today)\(\)\.year$/.test(text)) return undefined;
  const year = new Date().getFullYear();
  return { value: isString ? String(year) : year };
}

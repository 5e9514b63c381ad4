import { errorMessage } from "@crewstream/contracts";
import { importModule } from "@crewstream/crew";
import { PathFault } from "../documents/project-dir.ts";
import type { Location } from "../finding.ts";
import { suggestion } from "../nearest-name.ts";
import { bases, type Project } from "../project.ts";
import type { TsReference } from "../schema/references.ts";

/** The required kind of an export; `stub` replaces it while a project is only checked. */
export interface Expected<T> {
  what: string;
  is(value: unknown): value is T;
  stub: T;
}

type Callable = (...args: never[]) => unknown;

export function aFunction<F extends Callable>(): Expected<F> {
  return {
    what: "a function",
    is: (value): value is F => typeof value === "function",
    stub: (() => undefined) as unknown as F,
  };
}

/** The export that `{"ts": "./file.ts#name"}` names; undefined, with a finding, if it does not exist. */
export async function tsExport<T>(
  project: Project,
  reference: TsReference,
  at: Location,
  expected: Expected<T>,
): Promise<T | undefined> {
  const [path = "", name = "default"] = reference.ts.split("#");
  const { dir, findings } = project;
  const named = JSON.stringify(path);
  try {
    const file = await locate(project, path);
    if (!project.runsCode) {
      const text = await dir.text(dir.shown(file), at);
      if (text === undefined) return undefined;
      if (exportsName(text, name)) return expected.stub;
      findings.error(at, `${named} exports no ${JSON.stringify(name)}`);
      return undefined;
    }
    const module = await importModule(file);
    const value = module[name];
    if (expected.is(value)) return value;
    if (value === undefined) {
      findings.error(at, `${named} exports no ${JSON.stringify(name)}`, suggestion(name, Object.keys(module)));
    } else findings.error(at, `${JSON.stringify(name)} of ${named} is not ${expected.what}`);
  } catch (error) {
    const reason = error instanceof PathFault ? error.message : `cannot be loaded: ${errorMessage(error)}`;
    findings.error(at, `the path ${named} ${reason}`);
  }
  return undefined;
}

/** The file's real path: next to the file that names it, else from the project's folder. Throws PathFault. */
async function locate(project: Project, path: string): Promise<string> {
  for (const base of bases(project).filter((each) => each !== "")) {
    const found = await project.dir.locate(path, base).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return project.dir.locate(path);
}

/** Whether a source text seems to export a name; a check does not run the code, so this cannot be certain. */
function exportsName(text: string, name: string): boolean {
  if (name === "default") return /\bexport\s+default\b|\bas\s+default\b/.test(text);
  const escaped = name.replaceAll("$", "\\$");
  const declared = new RegExp(`\\bexport\\s+(?:async\\s+)?(?:const|let|var|function\\*?|class)\\s+${escaped}\\b`);
  const listed = new RegExp(`\\bexport\\s*\\{[^}]*\\b${escaped}\\b[^}]*\\}`);
  return declared.test(text) || listed.test(text) || /\bexport\s*\*/.test(text);
}

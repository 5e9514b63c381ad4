import type { MethodContext } from "@crewstream/crew";
import type { Json } from "@crewstream/crew/parts";
import { compileCel, type Expression } from "../cel/evaluate.ts";
import { compileTemplate, type Template } from "../cel/template.ts";
import { within, type Location } from "../finding.ts";
import type { Project } from "../project.ts";

/** What an action can access: CEL's roots, and the method's arguments. */
export interface ActionScope {
  roots: Readonly<Record<string, unknown>>;
  input: unknown;
  context: MethodContext<Record<string, unknown>>;
}

export type Action = (scope: ActionScope) => Promise<unknown>;

/** Where an action is defined. */
export interface ActionSite {
  project: Project;
  /** The flow file's folder: crews are named relative to it. */
  folder: string;
  /** CEL roots that are available there. */
  roots: readonly string[];
}

/** A CEL expression of a flow; undefined, with a finding, if it is invalid. */
export function expression({ project, roots }: ActionSite, source: string, at: Location): Expression | undefined {
  try {
    if (source.includes("${")) throw new Error("this is an expression already: write it without ${…}");
    return compileCel(source, roots);
  } catch (error) {
    project.findings.error(
      at,
      `the expression ${JSON.stringify(source.slice(0, 80))} is wrong: ${(error as Error).message}`,
    );
    return undefined;
  }
}

/** A value with `${…}`; undefined, with findings, if an expression in it is invalid. */
export function template({ project, roots }: ActionSite, value: unknown, at: Location): Template | undefined {
  let sound = true;
  const compiled = compileTemplate(value, roots, (path, message) => {
    sound = false;
    project.findings.error(within(at, ...path), message);
  });
  return sound ? compiled : undefined;
}

/** An output whose object is also available as `pydantic`, where expressions written for CrewAI expect it. */
export function asObject<O extends { json_dict: Json; pydantic: Json }>(output: O): O {
  return { ...output, pydantic: output.pydantic ?? output.json_dict };
}

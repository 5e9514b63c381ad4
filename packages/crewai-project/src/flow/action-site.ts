import type { MethodContext } from "@crewstream/crew";
import type { Json } from "@crewstream/crew/parts";
import { compileCel, type Expression } from "../cel/evaluate.ts";
import { compileTemplate, type Template } from "../cel/template.ts";
import { within, type Place } from "../finding.ts";
import type { Project } from "../project.ts";

/** What an action may look at: CEL's roots, and what the method was called with. */
export interface ActionScope {
  roots: Readonly<Record<string, unknown>>;
  input: unknown;
  context: MethodContext<Record<string, unknown>>;
}

export type Action = (scope: ActionScope) => Promise<unknown>;

/** Where an action is written. */
export interface ActionSite {
  project: Project;
  /** The flow file's folder: crews are named relative to it. */
  folder: string;
  /** CEL roots that are known there. */
  roots: readonly string[];
}

/** A CEL expression of a flow; undefined, with a finding, when it is wrong. */
export function expression({ project, roots }: ActionSite, source: string, at: Place): Expression | undefined {
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

/** A value with `${…}`; undefined, with findings, when an expression in it is wrong. */
export function template({ project, roots }: ActionSite, value: unknown, at: Place): Template | undefined {
  let sound = true;
  const compiled = compileTemplate(value, roots, (path, message) => {
    sound = false;
    project.findings.error(within(at, ...path), message);
  });
  return sound ? compiled : undefined;
}

/** An output whose object is found under `pydantic` too, where expressions written for CrewAI look for it. */
export function asObject<O extends { json_dict: Json; pydantic: Json }>(output: O): O {
  return { ...output, pydantic: output.pydantic ?? output.json_dict };
}

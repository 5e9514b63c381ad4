import { posix } from "node:path";
import type { Crew, MethodContext } from "@crewstream/crew";
import { crewInputs } from "@crewstream/crew/parts";
import { readCrewFile, readInlineCrew } from "../crew/build-crew.ts";
import { buildTool } from "../crew/build-tools.ts";
import { aFunction, tsExport } from "../crew/ts-exports.ts";
import type { Location } from "../finding.ts";
import { within } from "../finding.ts";
import type { AtomicActionValue } from "../schema/flow-schema.ts";
import { isTs } from "../schema/references.ts";
import { readAgentAction } from "./agent-action.ts";
import { asObject, expression, template, type Action, type ActionSite } from "./action-site.ts";
import { callFlowTool } from "./tool-action.ts";

/** An action other than `each`; undefined, with findings, if it cannot run. */
export async function readAtomicAction(
  site: ActionSite,
  action: AtomicActionValue,
  at: Location,
): Promise<Action | undefined> {
  const { project } = site;
  switch (action.call) {
    case "expression":
      return expressionAction(site, action.expr, within(at, "expr"));
    case "crew":
      return crewAction(site, action, at);
    case "agent":
      return readAgentAction(site, action.with, within(at, "with"));
    case "tool": {
      const tool = await buildTool(project, action.ref, within(at, "ref"));
      const args = template(site, action.with ?? {}, within(at, "with"));
      return tool && args && (async ({ roots }) => callFlowTool(tool, args(roots)));
    }
    case "code":
      return codeAction(site, action, at);
    case "script":
      project.findings.error(
        at,
        "is Python, which does not run here",
        'write it in a TypeScript file: {call: code, ref: {ts: "./steps.ts#name"}}',
      );
      return undefined;
    default:
      return action satisfies never;
  }
}

function expressionAction(site: ActionSite, source: string, at: Location): Action | undefined {
  const evaluate = expression(site, source, at);
  return evaluate && (async ({ roots }) => evaluate(roots));
}

async function crewAction(
  site: ActionSite,
  action: Extract<AtomicActionValue, { call: "crew" }>,
  at: Location,
): Promise<Action | undefined> {
  const { project } = site;
  if (!action.from_declaration === !action.with) {
    project.findings.error(at, 'a crew action needs either "from_declaration" or "with"');
    return undefined;
  }
  const read = action.from_declaration
    ? await declaredCrew(site, action.from_declaration, within(at, "from_declaration"))
    : await readInlineCrew(project, action.with, within(at, "with"));
  const defaults = template(site, action.with?.inputs ?? {}, within(at, "with", "inputs"));
  const given = template(site, action.inputs ?? {}, within(at, "inputs"));
  const crew = read?.crew;
  if (crew === undefined || given === undefined || defaults === undefined) return undefined;
  const names = new Set([...Object.keys(action.inputs ?? {}), ...Object.keys(crew.definition.inputs ?? {})]);
  const missing = crewInputs(crew.definition).filter((name) => !names.has(name));
  for (const name of missing) {
    project.findings.error(
      at,
      `the crew's texts take the input ${JSON.stringify(name)}, which is not given`,
      'add it to "inputs"',
    );
  }
  if (missing.length > 0) return undefined;
  return async ({ roots }) => {
    const inputs = { ...(defaults(roots) as object), ...(given(roots) as object) };
    const output = await crew.kickoff(inputs);
    return { ...asObject(output), tasks_output: output.tasks_output.map(asObject) };
  };
}

async function declaredCrew(
  { project, folder }: ActionSite,
  path: string,
  at: Location,
): Promise<{ crew: Crew | undefined } | undefined> {
  const target = posix.join(folder, path);
  if ((await project.dir.kindOf(target)) === "folder" && !path.split("/").includes("..")) {
    for (const name of ["crew.jsonc", "crew.json"]) {
      const file = posix.join(target, name);
      if (await project.dir.isFile(file)) return readCrewFile(project, file, at);
    }
    project.findings.error(at, `the folder ${JSON.stringify(path)} contains no crew.jsonc`);
    return undefined;
  }
  if (path.split("/").includes("..")) {
    project.findings.error(at, 'the path must not contain ".."');
    return undefined;
  }
  return readCrewFile(project, target, at);
}

type Step = (
  args: unknown,
  scope: { state: unknown; outputs: unknown; item: unknown; input: unknown } & Pick<
    MethodContext<unknown>,
    "signal" | "remember" | "recall"
  >,
) => unknown;

async function codeAction(
  site: ActionSite,
  action: Extract<AtomicActionValue, { call: "code" }>,
  at: Location,
): Promise<Action | undefined> {
  const { project } = site;
  if (!isTs(action.ref)) {
    const name = action.ref.split(/[:.]/).at(-1) ?? "step";
    project.findings.error(
      within(at, "ref"),
      `${JSON.stringify(action.ref)} is Python, which does not run here`,
      `write {ts: "./steps.ts#${name}"}: a function (args, {state, outputs, item, input, signal, remember, recall}) => result`,
    );
    return undefined;
  }
  const run = await tsExport(project, action.ref, within(at, "ref"), aFunction<Step>());
  const args = template(site, action.with ?? {}, within(at, "with"));
  if (run === undefined || args === undefined) return undefined;
  return async ({ roots, input, context }) => {
    const { state, outputs, item } = roots;
    const { signal, remember, recall } = context;
    return run(args(roots), { state, outputs, item, input, signal, remember, recall });
  };
}

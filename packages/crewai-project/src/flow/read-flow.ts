import { posix } from "node:path";
import { AppError, errorMessage } from "@crewstream/contracts";
import { type Flow, flowFrom, type FlowMethod, type HumanFeedbackOptions, type MemoryRef } from "@crewstream/crew";
import { buildMemory } from "../crew/build-memory.ts";
import { buildModel, present } from "../crew/build-model.ts";
import { checkSchema } from "../check-schema.ts";
import { within, type Location } from "../finding.ts";
import { inFolder, type Project } from "../project.ts";
import { flowSchema, type FlowKeys, type HumanFeedbackValue, type MethodValue } from "../schema/flow-schema.ts";
import { valueAt } from "../schema/schema-at.ts";
import { checkGraph, isRouter, isStart, labelsOf } from "./check-graph.ts";
import { readAction } from "./each-action.ts";
import type { ActionSite } from "./action-site.ts";
import { readState } from "./flow-state.ts";

/** The flow of a flow.yaml or flow.json; undefined, with findings, if it cannot run. */
export async function readFlowFile(outer: Project, file: string, named?: Location): Promise<Flow | undefined> {
  const project = inFolder(outer, posix.dirname(file));
  const { findings } = project;
  const document = await project.dir.document(file, named);
  if (document === undefined) return undefined;
  const top: Location = { document, path: [] };
  const keys = checkSchema(flowSchema, top, document.value, findings);
  if (keys === undefined) return undefined;
  checkGraph(keys, Object.keys(valueAt(document.value, ["methods"]) ?? {}), top, findings);
  const state = await readState(project, keys.state, within(top, "state"));
  const memory = buildMemory(project, keys.config?.memory, within(top, "config", "memory"));
  const site: ActionSite = { project, folder: posix.dirname(file), roots: ["state", "outputs"] };
  const methods: FlowMethod[] = [];
  for (const [name, method] of Object.entries(keys.methods)) {
    const read = await readMethod(site, name, method, within(top, "methods", name));
    if (read !== undefined) methods.push(read);
  }
  if (findings.failed) return undefined;
  return flowOf(project, { keys, methods, state, memory }, top);
}

interface FlowParts {
  keys: FlowKeys;
  methods: FlowMethod[];
  state: Awaited<ReturnType<typeof readState>>;
  memory: MemoryRef | undefined;
}

function flowOf({ findings }: Project, { keys, methods, state, memory }: FlowParts, top: Location): Flow | undefined {
  try {
    return flowFrom({
      name: keys.name,
      methods,
      ...(state === undefined ? {} : { state }),
      ...(keys.persist?.enabled === true ? { persist: true } : {}),
      ...present({ description: keys.description, maxMethodCalls: keys.config?.max_method_calls, memory }),
    });
  } catch (error) {
    const faults: unknown = AppError.is(error) ? error.details?.["faults"] : undefined;
    for (const fault of Array.isArray(faults) ? faults : [errorMessage(error)]) {
      findings.error(within(top, "methods"), String(fault));
    }
    return undefined;
  }
}

async function readMethod(
  site: ActionSite,
  name: string,
  method: MethodValue,
  at: Location,
): Promise<FlowMethod | undefined> {
  const action = await readAction(site, method.do, within(at, "do"));
  const humanFeedback = method.human_feedback
    ? feedbackOf(site.project, method.human_feedback, within(at, "human_feedback"))
    : undefined;
  if (action === undefined) return undefined;
  const labels = labelsOf(method);
  return {
    name,
    ...(isStart(method) ? { start: method.start as NonNullable<FlowMethod["start"]> } : {}),
    ...(method.listen ? { listen: method.listen } : {}),
    ...(isRouter(method) ? { router: true, ...(labels === undefined ? {} : { emits: labels }) } : {}),
    ...(humanFeedback === undefined ? {} : { humanFeedback }),
    ...(method.persist?.enabled === true ? { persist: true } : {}),
    // For expressions, the result of a reviewed method is the review: its `output`, `feedback` and `outcome`.
    run: (context, input) =>
      action({ context, input, roots: { state: context.state, outputs: { ...context.outputs, ...context.reviews } } }),
  };
}

function feedbackOf(project: Project, value: HumanFeedbackValue, at: Location): HumanFeedbackOptions {
  const model = value.llm ? buildModel(project, value.llm, within(at, "llm")) : undefined;
  return {
    message: value.message,
    ...present({
      emit: value.emit,
      defaultOutcome: value.default_outcome,
      approveOutcome: value.approve_outcome,
      rejectOutcome: value.reject_outcome,
      metadata: value.metadata,
      model,
    }),
  };
}

import { fittingInputs, fittingResult } from "../automation-schema.ts";
import { crewMemory, type CrewMemory } from "../memory/crew-memory.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import { errorFields } from "../run/error-fields.ts";
import { step } from "../run/step.ts";
import { UsageMeter } from "../run/usage-meter.ts";
import type { CrewDefinition, CrewOutput } from "./crew.ts";
import { planAhead } from "./plan-ahead.ts";
import { planTasks } from "./plan-tasks.ts";
import { runTasks } from "./run-tasks.ts";

type Inputs = Record<string, unknown>;

/**
 * Runs a crew at `scope.path`: `crew_kickoff_started`, its tasks, one ending. Rejects with the error that made it fail.
 */
export async function runCrew(
  scope: Scope,
  crew: CrewDefinition,
  name: string,
  given: Readonly<Inputs>,
): Promise<CrewOutput> {
  const inputs = { ...crew.inputs, ...given };
  const meter = new UsageMeter(scope.usage);
  const before = await hooked(scope.at("before"), crew.beforeKickoff ?? [], inputs);
  const span = new Span(scope.derive({ usage: meter }), "crew_kickoff_started", {
    crew_name: name,
    inputs: before.inputs,
  });
  return within(
    span,
    async () => {
      if (before.failure !== undefined) throw before.failure;
      const at = span.scope;
      const memory = crewMemory(at, crew, name);
      const filled = planTasks(at, crew, name, fittingInputs(crew.inputSchema, before.inputs), memory);
      const tasks = crew.planning === true ? await planAhead(at, filled, crew.planningModel) : filled;
      const outputs = await remembered(at, memory, () => runTasks(at, tasks, { callback: crew.taskCallback }));
      const last = outputs.findLast((output) => output.raw !== "") ?? outputs.at(-1);
      const plain: CrewOutput = {
        raw: last?.raw ?? "",
        pydantic: last?.pydantic ?? null,
        json_dict: last?.json_dict ?? null,
        tasks_output: outputs,
        token_usage: meter.total(),
      };
      const output = await throughHooks(at.at("after"), crew.afterKickoff ?? [], plain);
      fittingResult(crew.output, output.json_dict);
      span.end({
        type: "crew_kickoff_completed",
        data: {
          crew_name: name,
          output: last === undefined ? null : { ...last, raw: output.raw, json_dict: output.json_dict },
          total_tokens: output.token_usage.total_tokens,
          token_usage: output.token_usage,
          tasks_output: output.tasks_output.map((each) => ({ ...each, messages: undefined })),
        },
      });
      return output;
    },
    (error) => ({
      type: "crew_kickoff_failed",
      data: { crew_name: name, ...errorFields(scope, error) },
    }),
  );
}

/** Runs the tasks, and waits until everything learnt is saved, also after a failure. */
async function remembered<T>(scope: Scope, memory: CrewMemory | undefined, work: () => Promise<T>): Promise<T> {
  if (memory === undefined) return work();
  let result: T;
  try {
    result = await work();
  } catch (error) {
    if (!scope.run.passesThrough(error)) await memory.saves.drain();
    throw error;
  }
  await memory.saves.drain();
  return result;
}

/** Applies the hooks to the inputs; if one fails, the crew fails after its start event. */
async function hooked(
  scope: Scope,
  hooks: NonNullable<CrewDefinition["beforeKickoff"]>,
  inputs: Inputs,
): Promise<{ inputs: Inputs; failure?: unknown }> {
  try {
    return { inputs: await throughHooks(scope, hooks, inputs) };
  } catch (failure) {
    if (scope.run.passesThrough(failure)) throw failure;
    return { inputs, failure };
  }
}

/** Passes a value through functions that may each replace it; each is called exactly once per run. */
async function throughHooks<T>(
  scope: Scope,
  hooks: readonly ((value: T) => T | void | Promise<T | void>)[],
  value: T,
): Promise<T> {
  let current = value;
  for (const [index, hook] of hooks.entries()) {
    const given = current;
    current = await step<T>(scope.at(String(index)), {
      kind: "value",
      perform: (inner) => inner.enter(async () => (await hook(given)) ?? given),
    });
  }
  return current;
}

import { resolveModel } from "../llm/resolve-model.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import { errorType } from "../run/step-failure.ts";
import { errorFields } from "../run/error-fields.ts";
import { step, stepScope } from "../run/step.ts";
import { guarded } from "./guarded.ts";
import type { PlannedTask } from "./planned-task.ts";
import { produce } from "./produce.ts";
import type { TaskOutput } from "./task-output.ts";
import { writeOutput } from "./write-output.ts";

export interface TaskHooks {
  /** The crew's callback, for tasks that have none of their own. */
  callback?: ((output: TaskOutput) => void | Promise<void>) | undefined;
}

/**
 * Executes a task at `scope.path` and journals its output there: a replay takes it as a whole. Emits `task_started` and
 * its ending; rejects with the failure that ended it.
 */
export async function runTask(
  outer: Scope,
  task: PlannedTask,
  context: string,
  hooks: TaskHooks = {},
): Promise<TaskOutput> {
  const { name, description, expectedOutput } = task;
  const input = { name, description, expectedOutput, agent: task.agent.role, context };
  const scope = stepScope(outer, input);
  const id = scope.run.idOf("task", scope.path);
  const own = scope.derive({
    identity: { ...scope.identity, sourceType: "task", taskId: id, taskName: task.name },
  });
  const view = { id, name: task.name, description: task.description, expected_output: task.expectedOutput };
  const described = {
    name: task.name,
    description: task.description,
    expected_output: task.expectedOutput,
    agent: task.agent.role,
    task: view,
    task_index: task.index,
    task_count: task.count,
  };
  const span = new Span(own, "task_started", { ...described, context });
  const failed = (error: unknown): { type: string; data: Record<string, unknown> } => ({
    type: "task_failed",
    data: {
      ...described,
      ...errorFields(scope, error),
      error_type: errorType(error),
    },
  });
  const perform = async (inner: Scope): Promise<TaskOutput> => {
    const model = await resolveModel(inner.run, task.agent.definition.model);
    const production = { task, model, view, context };
    const output = await guarded(inner, production, await produce(inner, production));
    await writeOutput(inner, task, output);
    const callback = task.definition.callback ?? hooks.callback;
    if (callback !== undefined) await inner.enter(async () => callback(output));
    return output;
  };
  return within(
    span,
    () =>
      step<TaskOutput>(span.scope, {
        kind: "task",
        input,
        perform,
        close: (outcome) => {
          if (outcome.ok) span.end({ type: "task_completed", data: { ...described, output: outcome.value } });
          else span.end(failed(outcome.failure));
        },
      }),
    failed,
  );
}

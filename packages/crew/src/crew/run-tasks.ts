import type { Scope } from "../run/scope.ts";
import { step } from "../run/step.ts";
import { contextFor } from "../task/context.ts";
import type { PlannedTask } from "../task/planned-task.ts";
import { runTask, type TaskHooks } from "../task/run-task.ts";
import { summaryOf, type TaskOutput } from "../task/task-output.ts";

/**
 * Runs a crew's tasks in order. Asynchronous tasks start at once, with the last completed output as their context, and
 * are awaited before the next task that is not asynchronous, before a condition, and at the end; a failure is reported
 * when all of them have ended.
 */
export async function runTasks(scope: Scope, tasks: readonly PlannedTask[], hooks: TaskHooks): Promise<TaskOutput[]> {
  const outputs: TaskOutput[] = [];
  let pending: { strand: Scope; work: Promise<TaskOutput> }[] = [];
  const collect = async (): Promise<void> => {
    const ended = await Promise.allSettled(pending.map(({ work }) => work));
    pending = [];
    for (const outcome of ended) {
      if (outcome.status === "rejected") throw outcome.reason;
      outputs.push(outcome.value);
    }
  };
  for (const task of tasks) {
    const at = scope.at(`task:${task.name}`);
    if (task.definition.asyncExecution === true) {
      const strand = at.fork();
      const context = task.definition.context === undefined ? outputs.slice(-1) : outputs;
      pending.push({ strand, work: runTask(strand, task, contextFor(task.definition, context), hooks) });
      continue;
    }
    await collect();
    if (await isSkipped(at, task, outputs)) outputs.push(emptyOutput(task));
    else outputs.push(await runTask(at, task, contextFor(task.definition, outputs), hooks));
  }
  await collect();
  return outputs;
}

/** Evaluates a conditional task's condition exactly once per run. A skipped task emits nothing. */
async function isSkipped(scope: Scope, task: PlannedTask, outputs: readonly TaskOutput[]): Promise<boolean> {
  const { condition } = task.definition;
  const previous = outputs.at(-1);
  if (condition === undefined || previous === undefined) return false;
  return step(scope.at("condition"), {
    kind: "value",
    perform: (inner) => inner.enter(async () => !(await condition(previous))),
  });
}

function emptyOutput(task: PlannedTask): TaskOutput {
  return {
    name: task.name,
    description: task.description,
    expected_output: task.expectedOutput,
    summary: summaryOf(task.description),
    raw: "",
    pydantic: null,
    json_dict: null,
    agent: task.agent.role,
    output_format: "raw",
    messages: [],
    tool_failures: [],
  };
}

import { RunFiles } from "../files/run-files.ts";
import type { Scope } from "../run/scope.ts";
import type { PlannedTask } from "./planned-task.ts";
import type { TaskOutput } from "./task-output.ts";

/** Writes a task's output to its file in the run's directory, if it has one: as JSON if it is structured. */
export async function writeOutput(scope: Scope, task: PlannedTask, output: TaskOutput): Promise<void> {
  if (task.outputFile === undefined) return;
  const text = output.json_dict === null ? output.raw : `${JSON.stringify(output.json_dict, null, 2)}\n`;
  await new RunFiles(scope.run.context.directory).write(task.outputFile, text, {
    makeFolders: task.definition.createDirectory !== false,
    signal: scope.signal,
  });
}

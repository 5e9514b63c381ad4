import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pathInRun } from "../files/run-directory.ts";
import type { Scope } from "../run/scope.ts";
import type { PlannedTask } from "./planned-task.ts";
import type { TaskOutput } from "./task-output.ts";

/** Writes a task's output to its file in the run's directory, if it has one: as JSON if it is structured. */
export async function writeOutput(scope: Scope, task: PlannedTask, output: TaskOutput): Promise<void> {
  if (task.outputFile === undefined) return;
  const path = await pathInRun(scope.run, task.outputFile);
  if (task.definition.createDirectory !== false) await mkdir(dirname(path), { recursive: true });
  const text = output.json_dict === null ? output.raw : `${JSON.stringify(output.json_dict, null, 2)}\n`;
  await writeFile(path, text, { signal: scope.signal });
}

import type { z } from "zod";
import type { JsonSchema, Tool } from "../tools/tool.ts";

/** One piece of a crew's work. `{placeholders}` in its texts are filled from the inputs. */
export interface TaskDefinition<AgentName extends string = string> {
  /** Referenced by `context`; default `task_1`, `task_2`, … */
  name?: string;
  description: string;
  expectedOutput: string;
  /** Name of the agent that does it. */
  agent: AgentName;
  /** Names of earlier tasks whose outputs it gets. Absent: all earlier outputs; `[]`: none. */
  context?: readonly string[];
  /** Replace the agent's tools. */
  tools?: readonly Tool[];
  /** The answer must be JSON that fits: a zod schema or a JSON Schema. It is in the output's `json_dict`. */
  outputSchema?: z.ZodType | JsonSchema;
  /** A person reviews the answer: the run pauses; without their approval the agent works on with their feedback. */
  humanInput?: boolean;
}

/** A task's name, which its path, its id and references are made of. */
export function taskName(task: TaskDefinition, index: number): string {
  return task.name ?? `task_${index + 1}`;
}

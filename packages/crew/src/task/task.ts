import type { z } from "zod";
import type { Guardrail } from "../guardrail/guardrail.ts";
import type { JsonSchema, Tool } from "../tools/tool.ts";
import type { TaskOutput } from "./task-output.ts";

/** One piece of a crew's work. `{placeholders}` in its texts are filled from the inputs. */
export interface TaskDefinition<AgentName extends string = string> {
  /** Referenced by `context`; default `task_1`, `task_2`, … */
  name?: string;
  description: string;
  expectedOutput: string;
  /** Name of the agent that does it; a hierarchical crew's manager chooses where none is named. */
  agent?: AgentName;
  /** Names of earlier tasks whose outputs it gets. Absent: all earlier outputs; `[]`: none. */
  context?: readonly string[];
  /** Replace the agent's tools. */
  tools?: readonly Tool[];
  /** The answer must be JSON that fits: a zod schema or a JSON Schema. It is in the output's `json_dict`. */
  outputSchema?: z.ZodType | JsonSchema;
  /** `pydantic` has it in the output's `pydantic` too, as CrewAI's `output_pydantic` does. Default `json`. */
  outputFormat?: "json" | "pydantic";
  /** Runs beside the tasks after it, until one that is not asynchronous. Default false. */
  asyncExecution?: boolean;
  /** Decides by the output before it whether it is done at all; if not, its output is empty. */
  condition?: (previous: TaskOutput) => boolean | Promise<boolean>;
  /** A person reviews the answer: the run pauses; without their approval the agent works on with their feedback. */
  humanInput?: boolean;
  /** Check the output, in order. What one refuses, the agent does again with the reason. */
  guardrails?: readonly Guardrail[];
  /** Further tries after a guardrail has refused, for each of them. Default 3. */
  guardrailMaxRetries?: number;
  /** Asks for Markdown. Default false. */
  markdown?: boolean;
  /** Whether it is told the input `crewai_trigger_payload`. Default: the first task is, unless the crew is led. */
  triggerPayload?: boolean;
  /** Path inside the run's directory that the output is written to. May hold placeholders. */
  outputFile?: string;
  /** Whether missing folders of that path are made. Default true. */
  createDirectory?: boolean;
  /** Called with the output, once in the life of a run. Throwing fails the task. */
  callback?: (output: TaskOutput) => void | Promise<void>;
  /** What a failed tool means in this task. Default: the agent's. */
  toolFailurePolicy?: "ignore" | "warn" | "raise";
}

/** A task's name, which its path, its id and references are made of. */
export function taskName(task: TaskDefinition, index: number): string {
  return task.name ?? `task_${index + 1}`;
}

import type { z } from "zod";
import type { Guardrail } from "../guardrail/guardrail.ts";
import type { JsonSchema, Tool } from "../tools/tool.ts";
import type { TaskOutput } from "./task-output.ts";

/** A unit of a crew's work. `{placeholders}` in its texts are filled from the inputs. */
export interface TaskDefinition<AgentName extends string = string> {
  /** Referenced by `context`; default `task_1`, `task_2`, … */
  name?: string;
  description: string;
  expectedOutput: string;
  /** Name of the agent that does it; if absent, the manager of a hierarchical crew chooses. */
  agent?: AgentName;
  /** Names of earlier tasks whose outputs become its context. Absent: all earlier outputs; `[]`: none. */
  context?: readonly string[];
  /** Replaces the agent's tools. */
  tools?: readonly Tool[];
  /** The answer must be JSON that fits this zod schema or JSON Schema. It is in the output's `json_dict`. */
  outputSchema?: z.ZodType | JsonSchema;
  /** With `pydantic` it is in the output's `pydantic` too, as with CrewAI's `output_pydantic`. Default `json`. */
  outputFormat?: "json" | "pydantic";
  /** Runs in parallel with the following tasks, until one that is not asynchronous. Default false. */
  asyncExecution?: boolean;
  /** Decides by the previous output whether the task runs; if not, its output is empty. */
  condition?: (previous: TaskOutput) => boolean | Promise<boolean>;
  /** A person reviews the answer: the run pauses; without approval the agent continues with their feedback. */
  humanInput?: boolean;
  /** Validate the output, in order. If one rejects it, the agent tries again with the reason. */
  guardrails?: readonly Guardrail[];
  /** Retries after a rejection, for each guardrail. Default 3. */
  guardrailMaxRetries?: number;
  /** Asks for Markdown. Default false. */
  markdown?: boolean;
  /**
   * Whether its prompt includes the input `crewai_trigger_payload`. Default: only the first task's does, and none in a
   * hierarchical crew.
   */
  triggerPayload?: boolean;
  /** Path inside the run's directory to write the output to. May contain placeholders. */
  outputFile?: string;
  /** Whether missing folders of that path are created. Default true. */
  createDirectory?: boolean;
  /** Called with the output, exactly once per run. Throwing fails the task. */
  callback?: (output: TaskOutput) => void | Promise<void>;
  /** What a failed tool means in this task. Default: the agent's policy. */
  toolFailurePolicy?: "ignore" | "warn" | "raise";
}

/** A task's name, used for its path, its id and references. */
export function taskName(task: TaskDefinition, index: number): string {
  return task.name ?? `task_${index + 1}`;
}

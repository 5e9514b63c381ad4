import { z } from "zod";
import { ignored, key, refused } from "./keys.ts";
import { callable, predicate, pythonReference } from "./references.ts";
import { answerForm, guardrail, record, text, toolFailurePolicy, tools, whole } from "./values.ts";

const later = "not run by this version";

/** A task's path in the run's own directory. */
const outputFile = text
  .min(1)
  .refine((path) => !/^([/~]|[A-Za-z]:|\\)/.test(path) && !path.split(/[/\\]/).includes(".."), {
    error: 'must be a path inside the run\'s directory: relative, without ".."',
  })
  .refine((path) => !/[$|><&;`*?!\0]/.test(path), { error: "must not hold $ or characters of a shell" });

/** Keys of a task in crew.jsonc, in inline crews and in tasks.yaml. */
export const taskShape = {
  name: key(text.min(1), "Its name, for context; default: task_1, task_2, …"),
  description: key(text, "What is to be done; `{placeholder}` is replaced by an input"),
  expected_output: key(text, "What the result looks like"),
  agent: key(text, "Name of the agent that does it"),
  type: key(z.union([text, pythonReference]), "`task`, or `ConditionalTask`"),
  condition: key(predicate, "Whether a conditional task runs, decided by the previous output", { instead: "check" }),
  context: key(z.array(text), "Names of earlier tasks whose outputs it gets; absent: all; [] or null: none"),
  tools: key(tools, "Replace the agent's tools", { instead: "tool" }),
  async_execution: key(z.boolean(), "Runs in parallel with the following tasks"),
  human_input: key(z.boolean(), "A person reviews the answer"),
  guardrail: key(guardrail, "Check of the answer", { instead: "check" }),
  guardrails: key(z.array(guardrail), "Checks of the answer, in order", { instead: "check" }),
  guardrail_max_retries: key(whole, "Further answers after a failed check (3)"),
  max_retries: key(whole, "The same, deprecated by CrewAI"),
  output_json: key(answerForm, "The answer as JSON with this schema", { instead: "schema" }),
  output_pydantic: key(answerForm, "The same", { instead: "schema" }),
  response_model: key(answerForm, "The same, requested from the model itself", { instead: "schema" }),
  converter_cls: key(
    pythonReference,
    "A converter class",
    refused("Python; an answer that does not fit is returned to the agent"),
  ),
  output_file: key(
    outputFile,
    "Where the output is written, in the run's own directory; `{placeholder}` takes an input",
  ),
  create_directory: key(z.boolean(), "Make that file's folder (true)"),
  markdown: key(z.boolean(), "Ask for Markdown"),
  input_files: key(record, "Input files of the task", refused(later, "give the agent FileReadTool")),
  callback: key(callable, "Called with the output", { instead: "function" }),
  tool_failure_policy: key(toolFailurePolicy, "What a failed tool means in this task"),
  allow_crewai_trigger_context: key(
    z.boolean(),
    "Whether it gets the input crewai_trigger_payload; absent: the first task does, in a crew without a manager",
  ),
  security_config: key(record, "Fingerprints", ignored),
  config: key(record, "CrewAI's legacy inline form", refused("CrewAI's legacy form", "write its keys next to it")),
} as const;

export const taskSchema = z.strictObject(taskShape).describe("A task of a crew.");
export type TaskKeys = z.infer<typeof taskSchema>;

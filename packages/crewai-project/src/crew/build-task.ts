import type { Guardrail, JsonSchema, TaskDefinition } from "@crewstream/crew";
import { answerSchema } from "@crewstream/crew/parts";
import type { z } from "zod";
import { errorMessage } from "@crewstream/contracts";
import type { Location } from "../finding.ts";
import type { Part, Project } from "../project.ts";
import { isTs } from "../schema/references.ts";
import type { TaskKeys } from "../schema/task-schema.ts";
import { present } from "./build-model.ts";
import { readCallback, readGuardrail, readPredicate } from "./checks.ts";
import { buildTools } from "./build-tools.ts";
import { tsExport, type Expected } from "./ts-exports.ts";

const plainTypes = ["task", "Task", "crewai.Task", "crewai.task.Task"];
export const conditionalTypes = [
  "conditional",
  "conditional_task",
  "ConditionalTask",
  "crewai.tasks.conditional_task.ConditionalTask",
];

/** A task of a crew; undefined, with findings, if it cannot be built. */
export async function buildTask(project: Project, { keys, at }: Part<TaskKeys>): Promise<TaskDefinition | undefined> {
  const { findings } = project;
  const { description, expected_output: expectedOutput, type } = keys;
  for (const name of ["description", "expected_output"] as const) {
    if (!keys[name] && !findings.wrongAt(at(name))) findings.error(at(), `${JSON.stringify(name)} is required`);
  }
  if (typeof type === "string" && ![...plainTypes, ...conditionalTypes].includes(type)) {
    findings.error(at("type"), `there is no task type ${JSON.stringify(type)}`, "known: task, ConditionalTask");
  }
  const isConditional = typeof type === "string" && conditionalTypes.includes(type);
  if (isConditional === !keys.condition && !findings.wrongAt(at("condition")) && !findings.wrongAt(at("type"))) {
    findings.error(
      at(),
      isConditional ? 'a conditional task needs a "condition"' : '"condition" needs "type": "ConditionalTask"',
    );
  }
  const tools = await buildTools(project, keys.tools ?? [], at("tools"));
  const outputSchema = await outputForm(project, keys, at);
  const checks = await guardrailsOf(project, keys, at);
  const condition = isConditional ? await readPredicate(project, keys.condition, at("condition")) : undefined;
  const callback = await readCallback<NonNullable<TaskDefinition["callback"]>>(project, keys.callback, at("callback"));
  if (!description || !expectedOutput) return undefined;
  return {
    ...(keys.name === undefined || keys.name === null ? {} : { name: keys.name }),
    description,
    expectedOutput,
    ...(keys.context === undefined ? {} : { context: keys.context ?? [] }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(outputSchema === undefined || !keys.output_pydantic ? {} : { outputFormat: "pydantic" }),
    ...(checks.length === 0 ? {} : { guardrails: checks }),
    ...present({
      agent: keys.agent,
      humanInput: keys.human_input,
      asyncExecution: keys.async_execution,
      condition,
      guardrailMaxRetries: keys.guardrail_max_retries ?? keys.max_retries,
      markdown: keys.markdown,
      triggerPayload: keys.allow_crewai_trigger_context,
      outputFile: keys.output_file,
      createDirectory: keys.create_directory,
      callback,
      toolFailurePolicy: keys.tool_failure_policy,
    }),
  };
}

/** The list first, then the single one: CrewAI's order. */
async function guardrailsOf(project: Project, keys: TaskKeys, at: Part<TaskKeys>["at"]): Promise<Guardrail[]> {
  const found: (Guardrail | undefined)[] = [];
  for (const [index, value] of (keys.guardrails ?? []).entries()) {
    found.push(await readGuardrail(project, value, at("guardrails", index)));
  }
  found.push(await readGuardrail(project, keys.guardrail, at("guardrail")));
  return found.filter((guardrail) => guardrail !== undefined);
}

const aSchema: Expected<z.ZodType | JsonSchema> = {
  what: "a zod schema or a JSON Schema",
  is: (value): value is z.ZodType | JsonSchema => typeof value === "object" && value !== null,
  stub: { type: "object" },
};

/** The format of a task's answer, from whichever of CrewAI's three keys is set. */
async function outputForm(
  project: Project,
  keys: TaskKeys,
  at: Part<TaskKeys>["at"],
): Promise<z.ZodType | JsonSchema | undefined> {
  const names = ["output_json", "output_pydantic", "response_model"] as const;
  const set = names.filter((name) => keys[name] !== undefined && keys[name] !== null);
  if (set.includes("output_json") && set.includes("output_pydantic")) {
    project.findings.error(at("output_pydantic"), '"output_json" and "output_pydantic" exclude each other');
  }
  const [name] = set;
  return name === undefined ? undefined : answerForm(project, keys[name], at(name));
}

/** A JSON Schema or zod schema that answers must fit; undefined, with a finding, if it is neither. */
export async function answerForm(
  project: Project,
  value: unknown,
  at: Location,
): Promise<z.ZodType | JsonSchema | undefined> {
  const schema = isTs(value) ? await tsExport(project, value, at, aSchema) : (value as JsonSchema);
  if (schema === undefined || "python" in schema) return undefined;
  try {
    answerSchema(schema);
    return schema;
  } catch (error) {
    project.findings.error(at, `is not a schema that an answer can fit: ${errorMessage(error)}`);
    return undefined;
  }
}

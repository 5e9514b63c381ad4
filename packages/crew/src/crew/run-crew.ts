import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { agentKey, type Agent } from "../agent/agent.ts";
import type { Scope } from "../run/scope.ts";
import { Span, within } from "../run/span.ts";
import { UsageMeter } from "../run/usage-meter.ts";
import { contextFor } from "../task/context.ts";
import { interpolate } from "../task/interpolate.ts";
import { runTask, type PlannedTask } from "../task/run-task.ts";
import type { TaskOutput } from "../task/task-output.ts";
import { taskName } from "../task/task.ts";
import { crewInputs } from "./check-crew.ts";
import type { CrewDefinition, CrewOutput } from "./crew.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** Runs a crew at `scope.path`: `crew_kickoff_started`, its tasks, one ending. Rejects with what made it fail. */
export async function runCrew(scope: Scope, crew: CrewDefinition, name: string, given: Inputs): Promise<CrewOutput> {
  const inputs = { ...crew.inputs, ...given };
  const meter = new UsageMeter(scope.usage);
  const span = new Span(scope.derive({ usage: meter }), "crew_kickoff_started", { crew_name: name, inputs });
  return within(
    span,
    async () => {
      requireInputs(crew, inputs);
      const outputs = await runSequential(span.scope, planTasks(span.scope, crew, name, inputs));
      const last = outputs.findLast((output) => output.raw !== "") ?? outputs.at(-1);
      const usage = meter.total();
      span.end({
        type: "crew_kickoff_completed",
        data: {
          crew_name: name,
          output: last ?? null,
          total_tokens: usage.total_tokens,
          token_usage: usage,
          tasks_output: outputs.map((output) => ({ ...output, messages: undefined })),
        },
      });
      return {
        raw: last?.raw ?? "",
        pydantic: last?.pydantic ?? null,
        json_dict: last?.json_dict ?? null,
        tasks_output: outputs,
        token_usage: usage,
      };
    },
    (error) => ({ type: "crew_kickoff_failed", data: { crew_name: name, error: errorMessage(error) } }),
  );
}

/** One task after another; each gets the outputs of those before it, or of those it names. */
async function runSequential(scope: Scope, tasks: readonly PlannedTask[]): Promise<TaskOutput[]> {
  const outputs: TaskOutput[] = [];
  for (const task of tasks) {
    outputs.push(await runTask(scope.at(`task:${task.name}`), task, contextFor(task.definition, outputs)));
  }
  return outputs;
}

function planTasks(scope: Scope, crew: CrewDefinition, crewName: string, inputs: Inputs): PlannedTask[] {
  const agents = new Map(
    Object.entries(crew.agents).map(([name, definition]): [string, Agent] => {
      const role = interpolate(definition.role, inputs);
      const goal = interpolate(definition.goal, inputs);
      const backstory = interpolate(definition.backstory, inputs);
      const id = scope.run.idOf("agent", scope.at(`agent:${name}`).path);
      return [name, { definition, name, id, role, goal, backstory, key: agentKey(role, goal, backstory) }];
    }),
  );
  return crew.tasks.map((definition, index) => {
    const agent = agents.get(definition.agent) as Agent;
    const trigger = index === 0 ? triggerText(inputs) : "";
    return {
      definition,
      name: taskName(definition, index),
      description: interpolate(definition.description, inputs) + trigger,
      expectedOutput: interpolate(definition.expectedOutput, inputs),
      agent,
      tools: definition.tools?.length ? definition.tools : (agent.definition.tools ?? []),
      index,
      count: crew.tasks.length,
      crewName,
    };
  });
}

function requireInputs(crew: CrewDefinition, inputs: Inputs): void {
  const missing = crewInputs(crew).filter((name) => !Object.hasOwn(inputs, name));
  if (missing.length === 0) return;
  throw new AppError(`The crew's texts name inputs that were not given: ${missing.join(", ")}`, {
    code: ErrorCode.missingInputs,
    details: { missing },
  });
}

/** CrewAI's convention for webhooks and schedules: the first task is told what triggered the run. */
function triggerText(inputs: Inputs): string {
  const payload = inputs["crewai_trigger_payload"];
  if (payload === undefined || payload === null) return "";
  return `\n\nTrigger Payload: ${typeof payload === "string" ? payload : JSON.stringify(payload)}`;
}

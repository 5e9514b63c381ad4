import { eventEnvelopeSchema, type BodyForm, type Subscription } from "@crewstream/contracts";

type LegacyForm = Exclude<BodyForm, "events" | "human_crew" | "human_flow">;
type Data = Record<string, unknown>;

/**
 * The body of AMP's step, task and crew webhooks (its webhook automation page), made from the corresponding event:
 * `crew_step_completed`, `task_completed`, `crew_kickoff_completed`, or a flow's `flow_finished`. Undefined if AMP would
 * send nothing: for a step that used no tool, and for a crew that is only part of a run.
 *
 * A task that a person reviews is announced when it waits for them (`human_feedback_requested`), to a subscription that
 * asks for that, and not again if they accept it unchanged: as with AMP, the receiver has its output by then.
 */
export function legacyBody(
  form: LegacyForm,
  json: string,
  { events, meta }: Pick<Subscription, "events" | "meta">,
): string | undefined {
  const { execution_id, type, data } = eventEnvelopeSchema.parse(JSON.parse(json));
  const isReview = type === "human_feedback_requested";
  if (form === "task" && !isReview && events.includes("human_feedback_requested") && wasTold(data)) return undefined;
  const fields = isReview ? taskUnderReview(data) : makers[form](data);
  if (fields === undefined) return undefined;
  return JSON.stringify({ ...fields, kickoff_id: execution_id, meta: meta ?? {} });
}

/** Whether a task ended with exactly what was announced when it waited: the accepted text, and no object made from it. */
function wasTold({ output }: Data): boolean {
  const { accepted, json_dict: json } = (output ?? {}) as Data;
  return accepted === true && (json === null || json === undefined);
}

/** The same fields while a person reviews the task; undefined for the output of a flow's method. */
function taskUnderReview({ task, output }: Data): Data | undefined {
  if (typeof task !== "object" || task === null) return undefined;
  return makers.task({ output: { ...task, raw: asText(output) } });
}

const makers: Record<LegacyForm, (data: Data) => Data | undefined> = {
  step: (data) => {
    if (typeof data["tool"] !== "string" || data["tool"] === "") return undefined;
    return {
      prompt: data["prompt"] ?? "",
      thought: data["thought"] ?? "",
      tool: data["tool"],
      tool_input: asText(data["tool_input"]),
      result: asText(data["result"]),
    };
  },
  task: (data) => {
    const output = (data["output"] ?? {}) as Data;
    return {
      description: output["description"] ?? "",
      name: output["name"] ?? data["task_name"] ?? "",
      expected_output: output["expected_output"] ?? "",
      summary: output["summary"] ?? "",
      agent: output["agent"] ?? data["agent_role"] ?? "",
      output: output["raw"] ?? "",
      output_json: output["json_dict"] ?? output["pydantic"] ?? null,
    };
  },
  crew: (data) => {
    // A crew inside a flow has a parent: the run continues after it.
    if (data["parent_event_id"] !== null && data["parent_event_id"] !== undefined) return undefined;
    if ("flow_name" in data) return flowResult(data);
    const output = (data["output"] ?? {}) as Data;
    return {
      result: output["raw"] ?? "",
      result_json: output["json_dict"] ?? output["pydantic"] ?? null,
      token_usage: data["token_usage"] ?? { total_tokens: data["total_tokens"] ?? 0 },
    };
  },
};

/** A flow can end with any value: `result` is text, as for a crew, and `result_json` is any other value. */
function flowResult({ result, token_usage: usage }: Data): Data {
  return {
    result: asText(result),
    result_json: typeof result === "object" ? result : null,
    token_usage: usage ?? {},
  };
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

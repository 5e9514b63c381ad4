import type { LastTask } from "@crewstream/contracts";
import type { Json } from "../run/dump.ts";
import type { ToolFailureRecord } from "../tools/failure.ts";

/** A task's output, in CrewAI's shape (TaskOutput): in events, in the journal, and for later tasks. */
export interface TaskOutput {
  name: string;
  description: string;
  expected_output: string;
  /** The first ten words of the description. */
  summary: string;
  raw: string;
  pydantic: Json;
  json_dict: Json;
  /** Role of the agent that produced it. */
  agent: string;
  /** Whether a person has approved `raw`; absent if no review was requested. */
  accepted?: boolean;
  output_format: "raw" | "json" | "pydantic";
  messages: Json[];
  tool_failures: ToolFailureRecord[];
}

/** The fields for a validated answer: always in `json_dict`, and in `pydantic` if the task asks for it. */
export function checked(
  { outputFormat }: { outputFormat?: "json" | "pydantic" },
  value: Json,
): Pick<TaskOutput, "pydantic" | "json_dict" | "output_format"> {
  const isPydantic = outputFormat === "pydantic";
  return { pydantic: isPydantic ? value : null, json_dict: value, output_format: isPydantic ? "pydantic" : "json" };
}

/** CrewAI's summary: ten words of the description and an ellipsis. */
export function summaryOf(description: string): string {
  return `${description.split(/\s+/).filter(Boolean).slice(0, 10).join(" ")}...`;
}

/** A task output as in AMP's status route. */
export function toLastTask(output: TaskOutput): LastTask {
  return {
    name: output.name,
    description: output.description,
    expected_output: output.expected_output,
    summary: output.summary,
    agent: output.agent,
    output: output.raw,
    output_json: output.json_dict,
  };
}

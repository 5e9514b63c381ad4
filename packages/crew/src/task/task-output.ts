import type { LastTask } from "@crewstream/contracts";
import type { Json } from "../run/dump.ts";
import type { ToolFailureRecord } from "../tools/failure.ts";

/** What a task gave, in CrewAI's shape (its TaskOutput): in events, in the journal, and for the tasks after it. */
export interface TaskOutput {
  name: string;
  description: string;
  expected_output: string;
  /** The first ten words of the description. */
  summary: string;
  raw: string;
  pydantic: Json;
  json_dict: Json;
  /** Role of the agent that did it. */
  agent: string;
  /** Whether a person has accepted `raw` as it is; absent where none was asked. */
  accepted?: boolean;
  output_format: "raw" | "json" | "pydantic";
  messages: Json[];
  tool_failures: ToolFailureRecord[];
}

/** Where a checked answer stands in an output: always in `json_dict`, and in `pydantic` where the task asks for that. */
export function checked(
  { outputFormat }: { outputFormat?: "json" | "pydantic" },
  value: Json,
): Pick<TaskOutput, "pydantic" | "json_dict" | "output_format"> {
  const isPydantic = outputFormat === "pydantic";
  return { pydantic: isPydantic ? value : null, json_dict: value, output_format: isPydantic ? "pydantic" : "json" };
}

/** CrewAI's summary: ten words of the description and three dots. */
export function summaryOf(description: string): string {
  return `${description.split(/\s+/).filter(Boolean).slice(0, 10).join(" ")}...`;
}

/** A task output as AMP's status route shows it. */
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

import { scopeOf } from "@crewstream/contracts";
import type { SpanAttributes } from "@crewstream/service";

type Data = Readonly<Record<string, unknown>>;

/** How an operation of a run is shown in a trace. */
export interface EventSpan {
  name: string;
  kind: "client" | "internal";
  attributes: SpanAttributes;
}

/** A step's model and tool calls are events of its agent, not of the step: its span would be their sibling. */
const stepType = "crew_step_started";

/** Whether an event begins a span. */
export function beginsSpan(type: string): boolean {
  return type !== stepType && scopeOf(type).scope === "start";
}

/** Whether an event ends a span. */
export function endsSpan(type: string): boolean {
  const scope = scopeOf(type);
  return scope.scope === "end" && scope.closes !== stepType;
}

/**
 * The span that an event begins: models, agents and tools by OpenTelemetry's conventions for generative AI
 * (`gen_ai.*`), the rest by the event's type. Only names and numbers: no prompt, input, answer or argument.
 */
export function spanOf(type: string, data: Data): EventSpan {
  const unit = type.replace(/_started$/, "");
  const about = present({
    "crewstream.event.type": type,
    "crewstream.crew.name": word(data["crew_name"]),
    "crewstream.flow.name": word(data["flow_name"]),
    "crewstream.method.name": word(data["method_name"]),
    "crewstream.task.name": word(data["task_name"]),
    "gen_ai.agent.id": word(data["agent_id"]),
    "gen_ai.agent.name": word(data["agent_role"]),
  });
  switch (unit) {
    case "llm_call":
      return model(about, data);
    case "tool_usage":
    case "mcp_tool_execution": {
      const tool = word(data["tool_name"]);
      const attributes = {
        ...about,
        ...present({ "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool }),
      };
      return { name: named("execute_tool", tool), kind: unit === "tool_usage" ? "internal" : "client", attributes };
    }
    case "agent_execution":
    case "lite_agent_execution":
      return {
        // Without its role, which may contain inputs.
        name: "invoke_agent",
        kind: "internal",
        attributes: { ...about, "gen_ai.operation.name": "invoke_agent" },
      };
    default:
      return {
        name: named(unit, word(data["method_name"]) ?? subject(unit, data)),
        kind: "internal",
        attributes: about,
      };
  }
}

/** Attributes from a span's ending, and a word for what went wrong. */
export function endOf(type: string, data: Data): { attributes: SpanAttributes; error: string | undefined } {
  const usage = (data["usage"] ?? {}) as Data;
  const finish = word(data["finish_reason"]);
  const attributes =
    type === "llm_call_completed"
      ? present({
          "gen_ai.usage.input_tokens": number(usage["prompt_tokens"]),
          "gen_ai.usage.output_tokens": number(usage["completion_tokens"]),
          "gen_ai.response.id": word(data["response_id"]),
          "gen_ai.response.finish_reasons": finish === undefined ? undefined : [finish],
        })
      : {};
  return { attributes, error: /_(failed|error)$/.test(type) ? type : undefined };
}

/** A model is named `provider/model`. */
function model(about: SpanAttributes, data: Data): EventSpan {
  const label = word(data["model"]) ?? "";
  const slash = label.indexOf("/");
  const id = label.slice(slash + 1);
  return {
    name: named("chat", id),
    kind: "client",
    attributes: {
      ...about,
      ...present({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": slash < 0 ? undefined : label.slice(0, slash),
        "gen_ai.request.model": id === "" ? undefined : id,
        "gen_ai.request.temperature": number(data["temperature"]),
        "gen_ai.request.top_p": number(data["top_p"]),
        "gen_ai.request.max_tokens": number(data["max_tokens"]),
      }),
    },
  };
}

function subject(unit: string, data: Data): string | undefined {
  if (unit === "task") return word(data["task_name"]);
  if (unit === "flow") return word(data["flow_name"]);
  return unit.startsWith("crew") ? word(data["crew_name"]) : undefined;
}

function named(operation: string, subject: string | undefined): string {
  return subject === undefined || subject === "" ? operation : `${operation} ${subject}`;
}

/** A name is short; a text in its place is truncated. */
const maxWordLength = 100;

function word(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, maxWordLength) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function present(attributes: Record<string, SpanAttributes[string] | undefined>): SpanAttributes {
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, SpanAttributes[string]] => entry[1] !== undefined),
  );
}

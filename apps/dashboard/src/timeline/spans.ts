import { eventPairs } from "@crewstream/contracts";
import type { RunEvent } from "../api/events.ts";
import { singleEvents } from "./single-events.ts";

export type SpanKind = "crew" | "flow" | "method" | "task" | "agent" | "step" | "model" | "tool" | "event" | "other";
export type SpanState = "open" | "done" | "failed" | "paused";

/** A span of a run, made from the events that began and ended it; or a custom event, which has no duration. */
export interface Span {
  id: string;
  kind: SpanKind;
  name: string;
  state: SpanState;
  /** ms since 1970; `end` is undefined while it is running. */
  start: number;
  end: number | undefined;
  error: string | undefined;
  tokens: number | undefined;
  started: RunEvent;
  ended: RunEvent | undefined;
  children: Span[];
}

const starting: ReadonlySet<string> = new Set(Object.values(eventPairs));
const ending: ReadonlySet<string> = new Set(Object.keys(eventPairs));

/** Whether a type is not in the catalogue: a custom type of an automation. */
export function isCustom(type: string): boolean {
  return !starting.has(type) && !ending.has(type) && !singleEvents.has(type);
}

/**
 * The spans of a run as trees, in order of their start. An ending event names the one it closes (`started_event_id`), a
 * starting one its enclosing scope (`parent_event_id`).
 */
export function spansOf(events: readonly RunEvent[]): Span[] {
  const spans = new Map<string, Span>();
  const roots: Span[] = [];
  for (const event of events) {
    if (starting.has(event.type)) {
      const span = begin(event);
      const parent = spans.get(text(event.data["parent_event_id"]) ?? "");
      const step = span.kind === "step" ? undefined : openStep(parent);
      ((step ?? parent)?.children ?? roots).push(span);
      spans.set(event.id, span);
    } else if (ending.has(event.type)) {
      const span = spans.get(text(event.data["started_event_id"]) ?? "");
      if (span !== undefined) finish(span, event);
    } else if (isCustom(event.type)) {
      const parent = spans.get(text(event.data["parent_event_id"]) ?? "");
      (parent?.children ?? roots).push(customEvent(event));
    }
  }
  for (const root of roots) sumTokens(root);
  return roots;
}

/**
 * The current step of an agent: its model and tool calls are events of the agent, as CrewAI has no steps, and are shown
 * within the step that they belong to.
 */
function openStep(parent: Span | undefined): Span | undefined {
  const step = parent?.children.findLast(({ kind }) => kind === "step");
  return step?.state === "open" ? step : undefined;
}

/** What an automation emitted under a custom name. */
function customEvent(event: RunEvent): Span {
  const at = Date.parse(event.timestamp);
  return { ...begin(event), kind: "event", name: event.type, state: "done", end: at, ended: undefined };
}

function begin(event: RunEvent): Span {
  const kind = kindOf(event.type);
  const start = Date.parse(event.timestamp);
  return {
    id: event.id,
    kind,
    name: nameOf(kind, event),
    state: "open",
    start,
    end: undefined,
    error: undefined,
    tokens: undefined,
    started: event,
    ended: undefined,
    children: [],
  };
}

function finish(span: Span, event: RunEvent): void {
  span.ended = event;
  span.end = Date.parse(event.timestamp);
  span.state = /_(failed|error)$/.test(event.type) ? "failed" : event.type.endsWith("_paused") ? "paused" : "done";
  const error = event.data["error"];
  if (span.state === "failed") span.error = text(error) ?? (error === undefined ? "It failed" : JSON.stringify(error));
  if (span.kind === "model") span.tokens = tokensOf(event.data["usage"]);
}

/** A span's tokens are those of the model calls in it. */
function sumTokens(span: Span): number | undefined {
  const inside = span.children.map(sumTokens).filter((each) => each !== undefined);
  if (span.tokens === undefined && inside.length > 0) span.tokens = inside.reduce((sum, each) => sum + each, 0);
  return span.tokens;
}

function kindOf(type: string): SpanKind {
  if (type.startsWith("crew_step")) return "step";
  if (type.startsWith("crew_")) return "crew";
  if (type.startsWith("task_")) return "task";
  if (type.startsWith("agent_execution") || type.startsWith("lite_agent")) return "agent";
  if (type.startsWith("llm_call")) return "model";
  if (type.startsWith("tool_") || type.startsWith("mcp_tool")) return "tool";
  if (type.startsWith("method_")) return "method";
  if (type.startsWith("flow_")) return "flow";
  return "other";
}

function nameOf(kind: SpanKind, { type, data }: RunEvent): string {
  const agent = record(data["agent"]) ?? record(data["agent_info"]);
  const step = data["step_index"];
  const names: Record<SpanKind, unknown> = {
    crew: data["crew_name"],
    flow: data["flow_name"],
    method: data["method_name"],
    task: data["task_name"] ?? record(data["task"])?.["name"],
    agent: agent?.["role"] ?? data["agent_role"],
    step: typeof step === "number" ? String(step + 1) : undefined,
    model: data["model"],
    tool: data["tool_name"],
    event: type,
    other: undefined,
  };
  return text(names[kind]) ?? type.replace(/_started$/, "").replaceAll("_", " ");
}

function tokensOf(usage: unknown): number | undefined {
  const total = record(usage)?.["total_tokens"];
  return typeof total === "number" ? total : undefined;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

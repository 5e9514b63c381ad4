import { eventId, type ExecutionId } from "@crewstream/contracts";
import { emptyStep, type RuntimeEvent } from "@crewstream/crew";

/** The events that begin an agent's work, and those that end it. */
const works: ReadonlySet<string> = new Set(["agent_execution_started", "lite_agent_execution_started"]);
const worksEnd: ReadonlySet<string> = new Set([
  "agent_execution_completed",
  "agent_execution_error",
  "lite_agent_execution_completed",
  "lite_agent_execution_error",
]);

interface Call {
  id: string;
  tool: string;
  tool_input: unknown;
  result: string | null;
  error: string | null;
}

interface OpenStep {
  event: RuntimeEvent;
  calls: Map<string, Call>;
  /** The model's answer; null if it requested tools, or has not answered. */
  answer: string | null;
}

interface Work {
  steps: number;
  open: OpenStep | undefined;
}

/**
 * The pairs `crew_step_started` and `crew_step_completed`, which CrewAI does not have: a step is one model response of
 * an agent with the tool calls that follow from it, so it ends where the agent's next one begins, or its work ends.
 */
export class AgentSteps {
  readonly #executionId: ExecutionId;
  readonly #works = new Map<string, Work>();

  constructor(executionId: ExecutionId) {
    this.#executionId = executionId;
  }

  /** An event preceded by the ends and starts of steps. */
  around(event: RuntimeEvent): RuntimeEvent[] {
    const { type, data } = event;
    if (works.has(type)) this.#works.set(event.id, { steps: 0, open: undefined });
    if (worksEnd.has(type)) return [...this.#end(event), event];
    const parent = text(data["parent_event_id"]);
    const work = this.#works.get(parent);
    if (work === undefined) return [event];
    if (type === "llm_call_started") return [...this.#close(work, event, null), this.#begin(work, event), event];
    if (work.open !== undefined) observe(work.open, event);
    return [event];
  }

  #begin(work: Work, call: RuntimeEvent): RuntimeEvent {
    const parent = text(call.data["parent_event_id"]);
    const data = { step_index: work.steps, prompt: lastPrompt(call.data["messages"]) };
    const event = this.#derived(call, `${parent}/step:${work.steps}`, "crew_step_started", data, null);
    work.steps += 1;
    work.open = { event, calls: new Map(), answer: null };
    return event;
  }

  #end(event: RuntimeEvent): RuntimeEvent[] {
    const started = text(event.data["started_event_id"]);
    const work = this.#works.get(started);
    this.#works.delete(started);
    if (work === undefined) return [];
    const error = "error" in event.data ? text(event.data["error"]) : null;
    return this.#close(work, { ...event, data: { ...event.data, parent_event_id: started } }, error);
  }

  #close(work: Work, at: RuntimeEvent, error: string | null): RuntimeEvent[] {
    const { open } = work;
    if (open === undefined) return [];
    work.open = undefined;
    const calls = [...open.calls.values()];
    const [first] = calls;
    const output = calls.length === 0 ? open.answer : null;
    const thought = calls.length === 0 ? "" : (open.answer ?? "");
    const actions = calls.map(({ tool, tool_input }) => `Action: ${tool}\nAction Input: ${inputText(tool_input)}`);
    const final = output === null ? [] : [`Final Answer: ${output}`];
    const data = {
      ...emptyStep,
      step_index: open.event.data["step_index"],
      prompt: open.event.data["prompt"],
      thought,
      action: [`Thought: ${thought}`, ...actions, ...final].join("\n"),
      tool: first?.tool ?? null,
      tool_input: first?.tool_input ?? null,
      result: first === undefined ? output : (first.result ?? first.error),
      tool_calls: calls,
      output,
      error,
    };
    return [this.#derived(at, open.event.id, "crew_step_completed", data, open.event.id)];
  }

  /** One of our events next to one of the library's. */
  #derived(
    beside: RuntimeEvent,
    path: string,
    type: string,
    data: Record<string, unknown>,
    started: string | null,
  ): RuntimeEvent {
    const id = eventId(this.#executionId, path, type, 0);
    const { task_id, task_name, agent_id, agent_role, parent_event_id, previous_event_id } = beside.data;
    const who = { task_id: task_id ?? null, task_name: task_name ?? null };
    const agent = { agent_id: agent_id ?? null, agent_role: agent_role ?? null };
    const links = {
      event_id: id,
      parent_event_id: parent_event_id ?? null,
      previous_event_id: previous_event_id ?? null,
      triggered_by_event_id: beside.data["triggered_by_event_id"] ?? null,
      started_event_id: started,
    };
    const source = { source_type: "agent", source_fingerprint: null, fingerprint_metadata: null };
    return { id, type, timestamp: beside.timestamp, data: { ...data, ...source, ...who, ...agent, ...links } };
  }
}

/** What an event contributes to its step. */
function observe(step: OpenStep, { id, type, data }: RuntimeEvent): void {
  if (type === "llm_call_completed") {
    if (typeof data["response"] === "string") step.answer = data["response"];
    return;
  }
  if (type === "tool_usage_started") {
    const call = {
      id,
      tool: text(data["tool_name"]),
      tool_input: data["tool_args"] ?? null,
      result: null,
      error: null,
    };
    step.calls.set(id, call);
    return;
  }
  const call = step.calls.get(text(data["started_event_id"]));
  if (call === undefined) return;
  if (type === "tool_usage_error") call.error = text(data["error"]);
  if (type === "tool_usage_finished") call.result = inputText(data["output"]);
}

/** The model's latest input. */
function lastPrompt(messages: unknown): string {
  if (typeof messages === "string") return messages;
  const last = Array.isArray(messages) ? (messages.at(-1) as { content?: unknown } | undefined) : undefined;
  return inputText(last?.content ?? "");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function inputText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

import type { EventEnvelope } from "@crewstream/contracts";

export type NodeState = "running" | "paused" | "done" | "failed";

/** A part of a run that starts and ends: the crew, a task, an agent's turn, a tool or model call. */
export interface RunNode {
  id: string;
  kind: string;
  label: string;
  state: NodeState;
  startedAt: number;
  endedAt: number | undefined;
  /** Tokens of the model calls within it, including its children's. */
  tokens: number;
  children: RunNode[];
}

/** A pending human-input request of a run. */
export interface Question {
  executionId: string;
  message: string;
  /** The possible outcomes; empty if any text or an approval answers. */
  outcomes: readonly string[];
}

export function isQuestion(type: string): boolean {
  return /^(human_feedback|flow_input)_requested$/.test(type);
}

/** The parts of a run that are shown, by the prefix of an event's type: `task` for `task_started`. */
const kinds: Readonly<Record<string, (data: Record<string, unknown>) => unknown>> = {
  crew_kickoff: (data) => data["crew_name"],
  flow: (data) => data["flow_name"],
  method_execution: (data) => data["method_name"],
  task: (data) => data["task_name"] ?? data["name"] ?? data["description"],
  agent_execution: (data) => data["agent_role"],
  lite_agent_execution: (data) => data["agent_role"],
  tool_usage: (data) => data["tool_name"],
  llm_call: (data) => data["model"],
  mcp_tool_execution: (data) => data["tool_name"],
};

/** State of a node by the last word of the event that ended it; any other is "done". */
const endStates: Readonly<Record<string, NodeState>> = { failed: "failed", error: "failed", paused: "paused" };

/**
 * A run's nested parts, built from its events by their own links: a `…_started` event opens a node below the one that
 * `parent_event_id` names, and the event whose `started_event_id` names it closes it.
 */
export class RunTree {
  readonly roots: RunNode[] = [];
  /** Pending human-input requests by id. */
  readonly questions = new Map<string, Question>();
  readonly #nodes = new Map<string, RunNode>();
  /** The visible node above each event; an event that is not shown maps to its parent's. */
  readonly #above = new Map<string, RunNode | undefined>();

  /** Adds an event; returns the node that it opened or closed. */
  add(event: EventEnvelope): RunNode | undefined {
    const { data } = event;
    this.#hear(event);
    const parent = this.#above.get(String(data["parent_event_id"]));
    const opening = /^(.+)_started$/.exec(event.type)?.[1];
    const label = opening === undefined ? undefined : kinds[opening];
    if (opening === undefined || label === undefined) {
      this.#above.set(event.id, parent);
      return this.#close(event);
    }
    const node: RunNode = {
      id: event.id,
      kind: opening,
      label: textOf(label(data)) ?? opening,
      state: "running",
      startedAt: Date.parse(event.timestamp),
      endedAt: undefined,
      tokens: 0,
      children: [],
    };
    (parent?.children ?? this.roots).push(node);
    this.#nodes.set(node.id, node);
    this.#above.set(node.id, node);
    return node;
  }

  /** Tasks that have ended. */
  get tasksDone(): number {
    return [...this.#nodes.values()].filter(
      ({ kind, state }) => kind === "task" && (state === "done" || state === "failed"),
    ).length;
  }

  get tokens(): number {
    return this.roots.reduce((sum, root) => sum + root.tokens, 0);
  }

  #hear({ type, data, execution_id: executionId }: EventEnvelope): void {
    const id = String(data["request_id"]);
    if (isQuestion(type)) {
      const outcomes = Array.isArray(data["emit"]) ? data["emit"].map(String) : [];
      this.questions.set(id, { executionId, message: textOf(data["message"]) ?? "", outcomes });
    } else if (/^(human_feedback|flow_input)_received$/.test(type)) this.questions.delete(id);
  }

  #close(event: EventEnvelope): RunNode | undefined {
    const node = this.#nodes.get(String(event.data["started_event_id"]));
    if (node === undefined) return undefined;
    node.state = endStates[/_([a-z]+)$/.exec(event.type)?.[1] ?? ""] ?? "done";
    node.endedAt = Date.parse(event.timestamp);
    const tokens = tokensOf(event.data["usage"]);
    if (node.kind === "llm_call" && tokens > 0) this.#addTokens(this.roots, node.id, tokens);
    return node;
  }

  /** Adds to the node and all its ancestors; returns whether the node was found below. */
  #addTokens(nodes: readonly RunNode[], id: string, tokens: number): boolean {
    const holder = nodes.find((node) => node.id === id || this.#addTokens(node.children, id, tokens));
    if (holder !== undefined) holder.tokens += tokens;
    return holder !== undefined;
  }
}

function tokensOf(usage: unknown): number {
  if (typeof usage !== "object" || usage === null) return 0;
  const { total_tokens } = usage as { total_tokens?: unknown };
  return typeof total_tokens === "number" ? total_tokens : 0;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

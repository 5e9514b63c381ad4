import { describe, expect, it } from "vitest";
import type { RunEvent } from "../api/events.ts";
import { spansOf, type Span } from "./spans.ts";

let seq = 0;
function event(id: string, type: string, data: Record<string, unknown> = {}): RunEvent {
  seq += 1;
  const timestamp = new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
  return { id, execution_id: "x", timestamp, type, data: { emission_sequence: seq, ...data } };
}

const run = (): RunEvent[] => [
  event("c", "crew_kickoff_started", { crew_name: "briefing" }),
  event("t", "task_started", { parent_event_id: "c", task_name: "research" }),
  event("m1", "llm_call_started", { parent_event_id: "t", model: "offline/demo" }),
  event("m1e", "llm_call_completed", { started_event_id: "m1", usage: { total_tokens: 30 } }),
  event("tool", "tool_usage_started", { parent_event_id: "t", tool_name: "search" }),
  event("chunk", "llm_stream_chunk", { parent_event_id: "t" }),
  event("toole", "tool_usage_error", { started_event_id: "tool", error: "upstream 503" }),
  event("m2", "llm_call_started", { parent_event_id: "t", model: "offline/demo" }),
  event("m2e", "llm_call_completed", { started_event_id: "m2", usage: { total_tokens: 12 } }),
  event("te", "task_completed", { started_event_id: "t" }),
];

const shape = (span: Span): unknown => [span.kind, span.name, span.state, span.tokens, span.children.map(shape)];

describe("spansOf", () => {
  it("nests spans, and adds up the tokens within them", () => {
    expect(spansOf(run()).map(shape)).toEqual([
      [
        "crew",
        "briefing",
        "open",
        42,
        [
          [
            "task",
            "research",
            "done",
            42,
            [
              ["model", "offline/demo", "done", 30, []],
              ["tool", "search", "failed", undefined, []],
              ["model", "offline/demo", "done", 12, []],
            ],
          ],
        ],
      ],
    ]);
  });

  it("puts the calls of a step into the step", () => {
    const spans = spansOf([
      event("a", "agent_execution_started", { agent: { role: "Writer" } }),
      event("s1", "crew_step_started", { parent_event_id: "a", step_index: 0 }),
      event("m1", "llm_call_started", { parent_event_id: "a", model: "m" }),
      event("s1e", "crew_step_completed", { started_event_id: "s1" }),
      event("s2", "crew_step_started", { parent_event_id: "a", step_index: 1 }),
      event("m2", "llm_call_started", { parent_event_id: "a", model: "m" }),
    ]);
    const [agent] = spans;
    expect(agent?.children.map(({ name, children }) => [name, children.map(({ id }) => id)])).toEqual([
      ["1", ["m1"]],
      ["2", ["m2"]],
    ]);
  });

  it("keeps the error of a failed span", () => {
    const [crew] = spansOf(run());
    expect(crew?.children[0]?.children[1]?.error).toBe("upstream 503");
  });

  it("shows the rest of a run whose beginning is missing", () => {
    expect(spansOf(run().slice(2)).map(({ id }) => id)).toEqual(["m1", "tool", "m2"]);
  });
});

import type { EventEnvelope } from "@crewstream/contracts";
import { expect, test } from "vitest";
import { renderTree } from "./render-tree.ts";
import { RunTree } from "./run-tree.ts";

let sequence = 0;
function event(type: string, id: string, data: Record<string, unknown> = {}): EventEnvelope {
  sequence += 1;
  const timestamp = new Date(sequence * 1000).toISOString();
  return { id, execution_id: "x", timestamp, type, data: { emission_sequence: sequence, event_id: id, ...data } };
}

/** A crew with one task done and one failing, as its events come. */
function played(): RunTree {
  sequence = 0;
  const tree = new RunTree();
  const events = [
    event("crew_kickoff_started", "c", { crew_name: "research" }),
    event("task_started", "t1", { parent_event_id: "c", task_name: "collect" }),
    event("crew_step_started", "s", { parent_event_id: "t1" }),
    event("llm_call_started", "l", { parent_event_id: "s", model: "offline/demo" }),
    event("llm_stream_chunk", "k", { parent_event_id: "l", chunk: "a" }),
    event("llm_call_completed", "l2", { started_event_id: "l", usage: { total_tokens: 30 } }),
    event("task_completed", "t1e", { started_event_id: "t1", parent_event_id: "c" }),
    event("task_started", "t2", { parent_event_id: "c", task_name: "write\u001B[2J" }),
    event("task_failed", "t2e", { started_event_id: "t2", parent_event_id: "c" }),
  ];
  for (const each of events) tree.add(each);
  return tree;
}

const options = { now: 20_000, paint: (_style: unknown, text: string) => text, columns: 100, totalTasks: 3 };

test("nests by the events' links, skips what is not shown, sums tokens upwards", () => {
  expect(renderTree(played(), { ...options, rows: 20 })).toEqual([
    "▸ crew research  19.0 s  30 tokens",
    "  ✓ task collect  5.0 s  30 tokens",
    "    ✓ llm offline/demo  2.0 s  30 tokens",
    "  ✗ task write  1.0 s",
    "████████████████░░░░░░░░ 2 of 3 tasks  30 tokens",
  ]);
});

test("never grows beyond the terminal", () => {
  const lines = renderTree(played(), { ...options, rows: 4 });
  expect(lines).toEqual([
    "  … 3 lines above",
    "  ✗ task write  1.0 s",
    "████████████████░░░░░░░░ 2 of 3 tasks  30 tokens",
  ]);
});

test("tells what a run waits for until it was answered", () => {
  const tree = new RunTree();
  tree.add(event("flow_started", "f", { flow_name: "post" }));
  tree.add(event("method_execution_started", "m", { parent_event_id: "f", method_name: "review" }));
  tree.add(
    event("human_feedback_requested", "q", { parent_event_id: "m", request_id: "r", message: "Publish\u001B[2J?" }),
  );
  tree.add(event("method_execution_paused", "mp", { started_event_id: "m" }));
  tree.add(event("flow_paused", "fp", { started_event_id: "f" }));
  const waiting = renderTree(tree, { ...options, totalTasks: undefined, rows: 20 });
  expect(waiting.slice(2)).toEqual(["Waiting for a person: Publish?", "  crewstream answer x --approve", "0 tokens"]);
  tree.add(
    event("human_feedback_requested", "q2", { request_id: "r2", message: "Which?", emit: ["publish", "discard"] }),
  );
  const chosen = renderTree(tree, { ...options, totalTasks: undefined, rows: 20 });
  expect(chosen).toContain("  crewstream answer x --outcome publish|discard");
  tree.add(event("human_feedback_received", "a2", { request_id: "r2" }));
  expect(waiting.slice(0, 2).map((line) => line.trim().charAt(0))).toEqual(["‖", "‖"]);
  tree.add(event("human_feedback_received", "a", { request_id: "r" }));
  expect(renderTree(tree, { ...options, totalTasks: undefined, rows: 20 }).slice(2)).toEqual(["0 tokens"]);
});

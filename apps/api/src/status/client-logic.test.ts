import { newExecutionId } from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import { describe, expect, it } from "vitest";
import { pollingClients, statusReaders, type PollingClient, type Reading } from "../testing/index.ts";
import { statusBody, type StatusShape } from "./status-body.ts";

type Verdict = Reading["verdict"];

const now = 1_700_000_100_000;
const task = { name: "write", description: "d", expected_output: "e", summary: "s", agent: "Writer", output: "text" };
const step = { prompt: "p", thought: "t", action: "Thought: t", tool: "", tool_input: "", result: "r" };
const state = { notes: 3 };

function record(fields: object): ExecutionRecord {
  const base = { automation: "a", kind: "crew", inputs: {}, token: "ops", created_at: now - 60_000, started_at: now };
  const counts = { seq: 9, epoch: 1, runs: 1, feeds: 0, feeds_open: 0 };
  return { id: newExecutionId(), ...base, ...counts, ...fields } as ExecutionRecord;
}

const runs = {
  pending: record({ state: "PENDING" }),
  running: record({ state: "RUNNING", last_step: step }),
  "crew done": record({ state: "SUCCESS", result: "text", tasks: [task], last_task: task, last_step: step }),
  "crew failed": record({ state: "FAILED", error: "no such city", error_type: "ValueError" }),
  "flow done": record({ kind: "flow", state: "SUCCESS", result: state, result_json: state }),
  "flow failed": record({ kind: "flow", state: "FAILED", error: "no such city", error_type: "ValueError" }),
};
type RunName = keyof typeof runs;

const rightEnd: Record<RunName, Verdict> = {
  pending: "waits",
  running: "waits",
  "crew done": "done",
  "crew failed": "failed",
  "flow done": "done",
  "flow failed": "failed",
};

/**
 * Clients that miss the end in the hybrid shape. Each misses it with AMP too: they recognise only success, expect text
 * where a flow returns an object, look for tasks that a flow does not have, have no word for a run that has not begun,
 * or know only the documented response.
 */
const hybridMisses: Partial<Record<PollingClient, RunName[]>> = {
  "Semantic Kernel for Python": ["flow done"],
  "Semantic Kernel for .NET": ["flow done"],
  "the exported React component": ["crew failed", "flow done", "flow failed"],
  "the interview apps": ["flow done"],
  "the agent skill's client": ["crew done", "flow done"],
  "the supplier's Streamlit": ["pending"],
};

/**
 * Clients that never recognise the end in the live shape although the run has ended: `status` is a sentence or null
 * there.
 */
const liveMisses: Partial<Record<PollingClient, RunName[]>> = {
  ...hybridMisses,
  "the Next.js route": ["crew failed", "flow done", "flow failed"],
  "the .NET proxy": ["crew failed", "flow failed"],
  "the agent skill's client": ["crew done", "crew failed", "flow done", "flow failed"],
};

/** The documented response has no `state`; clients that know its words recognise the end. */
const openapiReaders: PollingClient[] = [
  "CrewAI's own skill",
  "CrewAI's MCP server",
  "the course's script",
  "the Next.js route",
  "the .NET proxy",
  "the agent skill's client",
];

const runNames = Object.keys(runs) as RunName[];

function misses(client: PollingClient, shape: StatusShape): RunName[] {
  return runNames.filter((run) => statusReaders[client](statusBody(runs[run], shape, now)).verdict !== rightEnd[run]);
}

describe("clients of the deployment API", () => {
  it.each(pollingClients)("%s recognises the end with the hybrid status", (client) => {
    expect(misses(client, "hybrid")).toEqual(hybridMisses[client] ?? []);
  });

  it.each(pollingClients)("%s behaves with the live status as with AMP", (client) => {
    expect(misses(client, "live")).toEqual(liveMisses[client] ?? []);
  });

  it.each(openapiReaders)("%s recognises the end with the documented status", (client) => {
    expect(misses(client, "openapi")).toEqual([]);
  });
});

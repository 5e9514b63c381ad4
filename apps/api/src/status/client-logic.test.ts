import { newExecutionId } from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import { describe, expect, it } from "vitest";
import { statusBody, type StatusShape } from "./status-body.ts";

/** What a polling client makes of a body: goes on, has its result, has a failure to show, or breaks. */
type Verdict = "waits" | "done" | "failed" | "breaks";
type Body = Record<string, unknown>;
type Client = (body: Body) => Verdict;

const word = (value: unknown): string => (typeof value === "string" ? value.toLowerCase() : "");
const text = (value: unknown): boolean => typeof value === "string" && value !== "";
const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
const doneIf = (fine: boolean): Verdict => (fine ? "done" : "breaks");
const failedIf = (fine: boolean): Verdict => (fine ? "failed" : "breaks");

const strictStates = new Set(["pending", "started", "running", "success", "failed", "failure", "not found"]);

/** The decision logic of clients in the wild, written anew from what they read. */
const clients = {
  "the invoke tool of CrewAI's tools": (body) => {
    if (word(body["state"]) === "success") return doneIf(body["result"] !== null);
    return word(body["state"]) === "failed" ? "failed" : "waits";
  },
  "Semantic Kernel for Python": (body) => {
    if (!strictStates.has(word(body["state"]))) return "breaks";
    if (body["result"] !== null && typeof body["result"] !== "string") return "breaks";
    if (body["state"] === "SUCCESS") return "done";
    return body["state"] === "FAILED" ? "failed" : "waits";
  },
  "Semantic Kernel for .NET": (body) => {
    if (!strictStates.has(word(body["state"]))) return "breaks";
    if (body["result"] !== null && typeof body["result"] !== "string") return "breaks";
    if (word(body["state"]) === "success") return "done";
    return ["failed", "failure"].includes(word(body["state"])) ? "failed" : "waits";
  },
  "CrewAI's own skill": (body) => {
    const state = word(body["state"] ?? body["status"]);
    if (["success", "completed"].includes(state)) {
      return doneIf((body["result_json"] ?? field(body["result"], "output") ?? body["result"]) !== undefined);
    }
    const failed = ["failed", "failure", "error", "revoked"].includes(state);
    return failed ? failedIf(text(body["error"] ?? body["status"])) : "waits";
  },
  "the exported React component": (body) => {
    const step = body["last_step"];
    if (step !== null && step !== undefined && !text(field(step, "action"))) return "breaks";
    if (body["state"] !== "SUCCESS") return "waits";
    return doneIf(typeof body["result"] === "string");
  },
  "the course's script": (body) => {
    const state = word(body["state"] || body["status"]);
    if (["success", "completed", "done", "finished"].includes(state)) return "done";
    return ["failed", "error", "cancelled", "canceled"].includes(state) ? "failed" : "waits";
  },
  "the interview apps": (body) => {
    if (body["state"] === "FAILED") return "failed";
    return body["state"] === "SUCCESS" ? doneIf(text(field(body["last_executed_task"], "output"))) : "waits";
  },
  "the client of observed states": (body) => {
    const state = body["state"];
    if (state === "SUCCESS") return doneIf(text(body["result"]) || typeof body["result"] === "object");
    if (state === "FAILED") return "failed";
    return ["PENDING", "STARTED", "RUNNING"].includes(String(state)) ? "waits" : "breaks";
  },
  "the Next.js route": (body) => {
    const status = word(body["status"] ?? body["state"]);
    if (["completed", "success"].includes(status)) {
      return doneIf(text(field(body["result"], "output") ?? body["output"] ?? body["result"]));
    }
    return ["failed", "error"].includes(status) ? failedIf(text(body["error"] ?? body["message"])) : "waits";
  },
  "the .NET proxy": (body) => {
    const status = word(body["status"] ?? body["state"]);
    if (["completed", "success"].includes(status)) return doneIf((body["result"] ?? body["output"]) !== null);
    if (!["failed", "error"].includes(status)) return "waits";
    return failedIf(text(body["error"] ?? body["message"] ?? body["detail"]));
  },
  "the agent skill's client": (body) => {
    if (body["status"] === "completed") return doneIf(text(field(body["result"], "output")));
    return body["status"] === "error" ? "failed" : "waits";
  },
  "the hackathon's grader": (body) => {
    if (["SUCCESS", "COMPLETED"].includes(String(body["state"]))) return doneIf(body["result"] !== null);
    return body["state"] === "FAILED" ? failedIf(text(body["status"])) : "waits";
  },
  "the supplier's Streamlit": (body) => {
    if (body["state"] === "SUCCESS") return doneIf(body["result"] !== null);
    return body["state"] === "FAILED" ? "failed" : "waits";
  },
} satisfies Record<string, Client>;
type ClientName = keyof typeof clients;

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
 * Clients that miss the right end in the hybrid shape. Each misses it with AMP too: they know success only, take a result
 * for text that a flow gives as an object, look for tasks that a flow has not, or know the documented answer only.
 */
const hybridMisses: Partial<Record<ClientName, RunName[]>> = {
  "Semantic Kernel for Python": ["flow done"],
  "Semantic Kernel for .NET": ["flow done"],
  "the exported React component": ["crew failed", "flow done", "flow failed"],
  "the interview apps": ["flow done"],
  "the agent skill's client": ["crew done", "flow done"],
};

/** Clients that never come to an end in the live shape although the run has: `status` is a sentence or null there. */
const liveMisses: Partial<Record<ClientName, RunName[]>> = {
  ...hybridMisses,
  "the Next.js route": ["crew failed", "flow done", "flow failed"],
  "the .NET proxy": ["crew failed", "flow failed"],
  "the agent skill's client": ["crew done", "crew failed", "flow done", "flow failed"],
};

/** The documented answer has no `state`; who knows its words gets there. */
const openapiReaders: ClientName[] = [
  "CrewAI's own skill",
  "the course's script",
  "the Next.js route",
  "the .NET proxy",
  "the agent skill's client",
];

const names = Object.keys(clients) as ClientName[];
const runNames = Object.keys(runs) as RunName[];

function misses(client: ClientName, shape: StatusShape): RunName[] {
  return runNames.filter((run) => clients[client](statusBody(runs[run], shape, now)) !== rightEnd[run]);
}

describe("clients of the deployment API", () => {
  it.each(names)("%s comes to the right end with the hybrid status", (client) => {
    expect(misses(client, "hybrid")).toEqual(hybridMisses[client] ?? []);
  });

  it.each(names)("%s fares with the live status as it does with AMP", (client) => {
    expect(misses(client, "live")).toEqual(liveMisses[client] ?? []);
  });

  it.each(openapiReaders)("%s comes to the right end with the documented status", (client) => {
    expect(misses(client, "openapi")).toEqual([]);
  });
});

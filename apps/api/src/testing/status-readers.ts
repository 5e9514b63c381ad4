/** A polling client's interpretation of one response of `/status`: its verdict, and the text that it shows its user. */
export interface Reading {
  verdict: "waits" | "done" | "failed" | "asks a person" | "breaks";
  shows: string | null;
}
type Body = Record<string, unknown>;
export type StatusReader = (body: Body) => Reading;

const waits: Reading = { verdict: "waits", shows: null };
const breaks: Reading = { verdict: "breaks", shows: null };

const word = (value: unknown): string => (typeof value === "string" ? value.toLowerCase() : "");
const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined || value === "") return null;
  return typeof value === "string" ? value : JSON.stringify(value);
};
const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** The run succeeded; without a result to show the client breaks. */
const done = (result: unknown): Reading => {
  const shows = textOf(result);
  return shows === null ? breaks : { verdict: "done", shows };
};
const failed = (reason?: unknown): Reading => ({ verdict: "failed", shows: textOf(reason) });
/** For clients that print the reason: without one they break. */
const failedFor = (reason: unknown): Reading => (textOf(reason) === null ? breaks : failed(reason));

const strictStates = new Set(["PENDING", "STARTED", "RUNNING", "SUCCESS", "FAILED", "FAILURE", "NOT FOUND"]);

/** The strict model of Semantic Kernel: a state that it does not list, or a result that is not text, raises. */
function strictly(body: Body, state: string): Reading {
  if (!strictStates.has(state)) return breaks;
  if (body["result"] !== null && typeof body["result"] !== "string") return breaks;
  if (typeof (body["last_step"] ?? {}) !== "object") return breaks;
  if (state === "SUCCESS") return done(body["result"]);
  return ["FAILED", "FAILURE", "NOT FOUND"].includes(state) ? failed(body["result"]) : waits;
}

/** The decision logic of clients in the wild, reimplemented from which fields they read and which words end them. */
export const statusReaders = {
  "the invoke tool of CrewAI's tools": (body) => {
    if (word(body["state"]) === "success") return done(body["result"]);
    return word(body["state"]) === "failed" ? failed(body["result"]) : waits;
  },
  "Semantic Kernel for Python": (body) => strictly(body, String(body["state"])),
  "Semantic Kernel for .NET": (body) => strictly(body, word(body["state"]).toUpperCase()),
  "CrewAI's own skill": (body) => {
    const state = word(body["state"] || body["status"]);
    if (["success", "completed"].includes(state)) {
      return done(body["result_json"] ?? field(body["result"], "output") ?? body["result"]);
    }
    if (state === "paused") return { verdict: "asks a person", shows: null };
    const over = ["failed", "failure", "error", "revoked"].includes(state);
    return over ? failedFor(body["error"] || body["status"]) : waits;
  },
  // It passes the response to a model, which looks for a word that it knows.
  "CrewAI's MCP server": (body) => {
    const state = word(body["state"] ?? body["status"]);
    if (["success", "completed"].includes(state)) return done(body);
    return ["failed", "error", "revoked"].includes(state) ? failed(body) : waits;
  },
  "the exported React component": (body) => {
    const step = body["last_step"];
    if (step !== null && step !== undefined && textOf(field(step, "action")) === null) return breaks;
    if (body["state"] !== "SUCCESS") return waits;
    return typeof body["result"] === "string" ? done(body["result"]) : breaks;
  },
  "the course's script": (body) => {
    const state = word(body["state"] || body["status"]);
    if (["success", "completed", "done", "finished"].includes(state)) return done(body["result"]);
    return ["failed", "error", "cancelled", "canceled"].includes(state) ? failed() : waits;
  },
  "the interview apps": (body) => {
    if (body["state"] === "FAILED") return failed();
    return body["state"] === "SUCCESS" ? done(field(body["last_executed_task"], "output")) : waits;
  },
  "the client of observed states": (body) => {
    const { state, result } = body;
    if (state === "SUCCESS") return done(field(result, "output") ?? field(result, "final_output") ?? result);
    if (state === "FAILED") return failed();
    return ["PENDING", "STARTED", "RUNNING"].includes(String(state)) ? waits : breaks;
  },
  "the Next.js route": (body) => {
    const status = word(body["status"] ?? body["state"]);
    if (["completed", "success"].includes(status)) {
      const result = field(body["result"], "output") ?? body["output"] ?? body["result"];
      return typeof result === "string" ? done(result) : breaks;
    }
    return ["failed", "error"].includes(status) ? failedFor(body["error"] ?? body["message"]) : waits;
  },
  "the .NET proxy": (body) => {
    const status = word(body["status"] ?? body["state"]);
    if (["completed", "success"].includes(status)) return done(body["result"] ?? body["output"]);
    if (!["failed", "error"].includes(status)) return waits;
    return failedFor(body["error"] ?? body["message"] ?? body["detail"]);
  },
  "the agent skill's client": (body) => {
    if (body["status"] === "completed") return done(field(body["result"], "output"));
    return body["status"] === "error" ? failed() : waits;
  },
  "the hackathon's grader": (body) => {
    if (["SUCCESS", "COMPLETED"].includes(String(body["state"]))) return done(body["result_json"] ?? body["result"]);
    return body["state"] === "FAILED" ? failedFor(body["status"]) : waits;
  },
  "the supplier's Streamlit": (body) => {
    if (body["state"] === "SUCCESS") return done(body["result"]);
    if (body["state"] === "FAILED") return failed(body["error"]);
    return body["state"] === "RUNNING" ? waits : breaks;
  },
} satisfies Record<string, StatusReader>;

export type PollingClient = keyof typeof statusReaders;
export const pollingClients = Object.keys(statusReaders) as PollingClient[];

import { setTimeout as pause } from "node:timers/promises";
import { statusReaders, type PollingClient, type Reading, type StatusReader } from "@crewstream/api/testing";
import type { ApiClient } from "./client.ts";

/** A deployment as a client sees it, and what the test knows and does meanwhile. */
export interface Deployment {
  /** Its base URL is the deployment's own. */
  http: ApiClient;
  /** The run's state, before the client polls. */
  stateOf(id: string): Promise<string>;
  /** Approves the run's request, once per run. */
  approve(id: string): Promise<void>;
}

/** A client's verdict; `never ends` if it continues to poll a run that has ended. */
export type End = Reading | { verdict: "never ends"; shows: null };
type Inputs = Record<string, string>;
export type AmpClient = (deployment: Deployment, inputs: Inputs) => Promise<End>;

const breaks: End = { verdict: "breaks", shows: null };
const ended = new Set(["SUCCESS", "FAILED", "REVOKED"]);
const pollMs = 25;
/** Where the exported component is served from; the API must allow this origin. */
export const appOrigin = "https://app.example.com";

/** How a client requests a status; undefined if it cannot continue with the response. */
type Ask = (id: string) => Promise<Record<string, unknown> | undefined>;

/**
 * Polls until the client recognises the end, or until one more response after the run's end has not made it stop
 * either.
 */
async function follow(deployment: Deployment, id: string, read: StatusReader, ask: Ask): Promise<End> {
  for (;;) {
    const state = await deployment.stateOf(id);
    const body = await ask(id);
    if (body === undefined) return breaks;
    const reading = read(body);
    if (reading.verdict !== "waits") return reading;
    if (ended.has(state)) return { verdict: "never ends", shows: null };
    if (state === "PAUSED") await deployment.approve(id);
    await pause(pollMs);
  }
}

/** `GET /status/:id`, whatever its code. */
const statusOf =
  ({ http }: Deployment, headers: Record<string, string> = {}): Ask =>
  async (id) =>
    (await http.get(`/status/${id}`, { headers })).body;

/** A kickoff, and the id from the first of these fields that exists. */
async function start(
  { http }: Deployment,
  body: object,
  ids: readonly string[] = ["kickoff_id"],
  headers: Record<string, string> = {},
): Promise<string | undefined> {
  const answer = await http.post("/kickoff", body, { headers });
  return ids.map((name) => answer.body[name]).find((id) => typeof id === "string");
}

/** A client that posts its inputs, or the body made from them, and polls `/status/:id`. */
function plain(name: PollingClient, bodyOf: (inputs: Inputs) => object = (inputs) => ({ inputs })): AmpClient {
  return async (deployment, inputs) => {
    const id = await start(deployment, bodyOf(inputs));
    return id === undefined ? breaks : follow(deployment, id, statusReaders[name], statusOf(deployment));
  };
}

/** Both of Semantic Kernel's: every field is sent, null if there is nothing; any response but 2xx raises. */
function semanticKernel(name: PollingClient): AmpClient {
  return async (deployment, inputs) => {
    const headers = { user_agent: "Semantic-Kernel" };
    const nothing = { taskWebhookUrl: null, stepWebhookUrl: null, crewWebhookUrl: null };
    const id = await start(deployment, { inputs, ...nothing }, ["kickoff_id"], headers);
    if (id === undefined) return breaks;
    return follow(deployment, id, statusReaders[name], async () => {
      const answer = await deployment.http.get(`/status/${id}`, { headers });
      return answer.status === 200 ? answer.body : undefined;
    });
  };
}

/** Reads which inputs there are, refuses to start without one of them, and sends texts only. */
const skill: AmpClient = async (deployment, inputs) => {
  const { body } = await deployment.http.get<{ inputs: string[] }>("/inputs");
  if (!body.inputs.every((name) => name in inputs)) return breaks;
  const id = await start(deployment, { inputs });
  if (id === undefined) return breaks;
  return follow(deployment, id, statusReaders["CrewAI's own skill"], async () => {
    const answer = await deployment.http.get(`/status/${id}`);
    return answer.status === 404 ? { state: "not_found" } : answer.body;
  });
};

/** Limits a kickoff to five seconds, the default of its HTTP library. */
const mcpServer: AmpClient = async (deployment, inputs) => {
  const { baseUrl, token } = deployment.http;
  const answer = await fetch(`${baseUrl}/kickoff`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ inputs }),
    signal: AbortSignal.timeout(5000),
  });
  const { kickoff_id: id } = (await answer.json()) as { kickoff_id: string };
  return follow(deployment, id, statusReaders["CrewAI's MCP server"], statusOf(deployment));
};

/** Runs in a page of another origin: a preflight without a token is first, and each response must name the origin. */
const component: AmpClient = async (deployment, inputs) => {
  const headers = { origin: appOrigin };
  const preflight = await deployment.http.send("OPTIONS", "/kickoff", undefined, {
    token: null,
    headers: {
      ...headers,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });
  const allowed = preflight.headers.get("access-control-allow-headers")?.toLowerCase().split(/, ?/) ?? [];
  const lets = (answer: { headers: Headers }) => answer.headers.get("access-control-allow-origin") === appOrigin;
  if (preflight.status > 299 || !lets(preflight) || !allowed.includes("authorization")) return breaks;
  const id = await start(deployment, { inputs }, ["task_id"], headers);
  if (id === undefined) return breaks;
  return follow(deployment, id, statusReaders["the exported React component"], async () => {
    const answer = await deployment.http.get(`/status/${id}`, { headers });
    return lets(answer) ? answer.body : undefined;
  });
};

const nextRoute: AmpClient = async (deployment, inputs) => {
  const id = await start(deployment, { inputs }, ["kickoff_id", "id", "task_id"]);
  return id === undefined ? breaks : follow(deployment, id, statusReaders["the Next.js route"], statusOf(deployment));
};

/** Written when the documentation had `/:id/status`; falls back to the other path on a 404. */
const dotnetProxy: AmpClient = async (deployment, inputs) => {
  const id = await start(deployment, { inputs });
  if (id === undefined) return breaks;
  return follow(deployment, id, statusReaders["the .NET proxy"], async () => {
    const answer = await deployment.http.get(`/${id}/status`);
    return answer.status === 404 ? (await deployment.http.get(`/status/${id}`)).body : answer.body;
  });
};

const agentSkill: AmpClient = async (deployment, inputs) => {
  const id = await start(deployment, { inputs });
  if (id === undefined) return breaks;
  return follow(deployment, id, statusReaders["the agent skill's client"], async () => {
    const answer = await deployment.http.get(`/${id}/status`);
    return answer.status === 200 ? answer.body : undefined;
  });
};

/** Sends what the dashboard shows, and polls for the first time after minutes. */
const streamlit: AmpClient = async (deployment, inputs) => {
  const urls = { taskWebhookUrl: "", stepWebhookUrl: "", crewWebhookUrl: "" };
  const rest = { trainingFilename: "", generateArtifact: false, conformInputs: true };
  const id = await start(deployment, { inputs, ...urls, ...rest });
  if (id === undefined) return breaks;
  for (let state = ""; !ended.has(state) && state !== "PAUSED"; state = await deployment.stateOf(id)) {
    await pause(pollMs);
  }
  return follow(deployment, id, statusReaders["the supplier's Streamlit"], statusOf(deployment));
};

/** Clients that start a run and poll, from the kickoff to its end. */
export const ampClients: Record<PollingClient, AmpClient> = {
  "the invoke tool of CrewAI's tools": plain("the invoke tool of CrewAI's tools"),
  "Semantic Kernel for Python": semanticKernel("Semantic Kernel for Python"),
  "Semantic Kernel for .NET": semanticKernel("Semantic Kernel for .NET"),
  "CrewAI's own skill": skill,
  "CrewAI's MCP server": mcpServer,
  "the exported React component": component,
  "the course's script": plain("the course's script"),
  "the interview apps": plain("the interview apps"),
  "the client of observed states": plain("the client of observed states"),
  "the Next.js route": nextRoute,
  "the .NET proxy": dotnetProxy,
  "the agent skill's client": agentSkill,
  "the hackathon's grader": plain("the hackathon's grader", (inputs) => ({
    inputs: { ...inputs, json_rubric: { clarity: 1 } },
  })),
  "the supplier's Streamlit": streamlit,
};

import { fileURLToPath } from "node:url";
import { pollingClients, type PollingClient } from "@crewstream/api/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ampClients, appOrigin, type Deployment, type End } from "../support/amp-clients.ts";
import { bodyOf, contentTeam, flowManager } from "../support/amp-reviewers.ts";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { ApiClient } from "../support/client.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
let live: TestApi;
let documented: TestApi;
beforeAll(async () => {
  system = await startSystem({
    env: {
      AUTOMATIONS_DIR: fileURLToPath(new URL("../fixtures/clients", import.meta.url)),
      CORS_ORIGINS: appOrigin,
    },
  });
  // Two more API servers of the same system, which respond in the other shapes.
  live = await startTestApi({ ...system.env, STATUS_SHAPE: "live", LOG_LEVEL: "silent" }, []);
  documented = await startTestApi({ ...system.env, STATUS_SHAPE: "openapi", LOG_LEVEL: "silent" }, []);
});
afterAll(async () => {
  await documented?.[Symbol.asyncDispose]();
  await live?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

const inputs = { topic: "green tea" };
const automations = {
  "crew ok": "briefing_crew",
  "crew fails": "failing_crew",
  "crew asks": "reviewed_crew",
  "flow ok": "notes_flow",
  "flow fails": "failing_flow",
  "flow asks": "reviewed_flow",
};
type RunName = keyof typeof automations;
type Verdicts = Record<RunName, End["verdict"]>;
type Exceptions = Partial<Record<PollingClient, Partial<Verdicts>>>;

const rightEnd: Verdicts = {
  "crew ok": "done",
  "crew fails": "failed",
  "crew asks": "done",
  "flow ok": "done",
  "flow fails": "failed",
  "flow asks": "done",
};

/** They know no state PAUSED and raise on it: with AMP's own responses, too. */
const noPause = { "crew asks": "breaks", "flow asks": "breaks" } as const;
/** They expect a text as the result; a flow's is an object, here and on AMP. */
const noObject = { "flow ok": "breaks" } as const;

/** Where a client misses the end, and why. Each misses it with AMP too. */
const hybrid: Exceptions = {
  "Semantic Kernel for Python": { ...noPause, ...noObject },
  "Semantic Kernel for .NET": { ...noPause, ...noObject },
  // Stops and returns to its caller, who answers with /resume: its correct end.
  "CrewAI's own skill": { "crew asks": "asks a person", "flow asks": "asks a person" },
  // Recognises only success, and renders the result unchanged.
  "the exported React component": { ...noObject, "crew fails": "never ends", "flow fails": "never ends" },
  // Uses the last task's output as the result: a flow has no tasks.
  "the interview apps": { "flow ok": "breaks", "flow asks": "breaks" },
  "the client of observed states": noPause,
  // Written from the documentation: only there is `result` an object with `output`.
  "the agent skill's client": { "crew ok": "breaks", "flow ok": "breaks", ...noPause },
  // Recognises SUCCESS, FAILED and RUNNING, and polls late enough not to see the states before them.
  "the supplier's Streamlit": noPause,
};

const noStatusWord = { "crew fails": "never ends", "flow fails": "never ends" } as const;
/** The live response's `status` is a sentence, and null at the end: clients that expect a state there find none. */
const liveOnly: Exceptions = {
  ...hybrid,
  "the Next.js route": { ...noObject, ...noStatusWord },
  "the .NET proxy": noStatusWord,
  "the agent skill's client": {
    ...noStatusWord,
    "crew ok": "never ends",
    "crew asks": "never ends",
    "flow ok": "never ends",
    "flow asks": "never ends",
  },
};

/** Clients that use the terms of the documented response, which has no `state`; a paused run reads `running` there. */
const documentReaders: PollingClient[] = [
  "CrewAI's own skill",
  "CrewAI's MCP server",
  "the course's script",
  "the Next.js route",
  "the .NET proxy",
  "the agent skill's client",
];

/**
 * Clients that show why a run failed, by shape. The grader prints `status`, which is a sentence in the live shape only.
 */
const tellsWhy = {
  hybrid: [
    "CrewAI's own skill",
    "CrewAI's MCP server",
    "the Next.js route",
    "the .NET proxy",
    "the supplier's Streamlit",
  ],
  live: ["CrewAI's own skill", "CrewAI's MCP server", "the hackathon's grader"],
  openapi: ["CrewAI's own skill", "CrewAI's MCP server", "the Next.js route", "the .NET proxy"],
} satisfies Record<string, PollingClient[]>;

/** The deployment of an automation at one of the API's servers. */
function deployment(baseUrl: string, automation: string): Deployment {
  const approved = new Set<string>();
  return {
    http: new ApiClient(`${baseUrl}/automations/${automation}`, system.client.token),
    stateOf: async (id) => String((await system.client.get(`/status/${id}`)).body["state"]),
    approve: async (id) => {
      if (approved.has(id)) return;
      approved.add(id);
      const answer = { execution_id: id, human_feedback: "approved", is_approve: true };
      expect(await system.client.post("/resume", answer)).toMatchObject({ status: 200 });
    },
  };
}

/** Lets a client run every automation and compares its verdicts with the expected ones. */
async function expectEnds(
  client: PollingClient,
  baseUrl: string,
  { misses, why }: { misses: Exceptions; why: readonly PollingClient[] },
): Promise<void> {
  const names = Object.keys(automations) as RunName[];
  const ends = await Promise.all(names.map((run) => ampClients[client](deployment(baseUrl, automations[run]), inputs)));
  const verdicts = Object.fromEntries(names.map((run, at) => [run, ends[at]?.verdict]));
  expect(verdicts).toEqual({ ...rightEnd, ...misses[client] });
  const wanting = ends.filter(({ verdict, shows }) => {
    if (verdict === "done") return shows?.includes(inputs.topic) !== true;
    return verdict === "failed" && why.includes(client) && shows?.includes("no such city") !== true;
  });
  expect(wanting).toEqual([]);
}

describe("polling clients recognise the end", () => {
  it.each(pollingClients)("%s, with the default status", (client) =>
    expectEnds(client, system.client.baseUrl, { misses: hybrid, why: tellsWhy.hybrid }),
  );

  it.each(pollingClients)("%s, as with AMP, with the live status", (client) =>
    expectEnds(client, live.url, { misses: liveOnly, why: tellsWhy.live }),
  );

  it.each(documentReaders)("%s, with the documented status", (client) =>
    expectEnds(client, documented.url, { misses: {}, why: tellsWhy.openapi }),
  );
});

it("returns a list of inputs to Semantic Kernel, whose own model expects an object of texts", async () => {
  const { http } = deployment(system.client.baseUrl, "briefing_crew");
  expect(await http.get("/inputs")).toMatchObject({ status: 200, body: { inputs: ["topic"] } });
});

describe("clients with human review recognise the end", () => {
  const crew = () => deployment(system.client.baseUrl, "reviewed_crew").http;
  const decisions = ["Make it shorter, please", true] as const;

  it("the content team's backend, with ids in camel case and the task by its name", async () => {
    await using sink = await WebhookSink.start();
    const { id, state, result, resumed, tasks, waiting } = await contentTeam(crew(), sink, {
      topic: "green tea",
      decisions,
    });
    expect(resumed.map(({ status, body }) => [status, body["status"]])).toEqual([
      [200, "retrying"],
      [200, "resumed"],
    ]);
    expect(state).toBe("SUCCESS");
    expect(result).toContain("green tea");

    // Notified once for each time that it waits, and not again when it is accepted: its page is empty in the end.
    const text = expect.any(String) as string;
    expect(tasks.map(({ name }) => name)).toEqual(["draft", "draft", "polish"]);
    expect(waiting).toEqual([]);
    for (const task of tasks) {
      expect(task).toMatchObject({ kickoff_id: id, description: text, output: text, expected_output: text });
    }
    const [step] = await sink.received(1, "/step");
    expect(bodyOf(step!)).toMatchObject({ kickoff_id: id, thought: text, tool: "look_up", result: text });
  });

  it("the flow manager, with every field in both casings", async () => {
    await using sink = await WebhookSink.start();
    const { state, result, resumed } = await flowManager(crew(), sink, { topic: "green tea", decisions });
    expect(resumed.map(({ status, body }) => [status, body["status"]])).toEqual([
      [200, "retrying"],
      [200, "resumed"],
    ]);
    expect({ state, result }).toEqual({ state: "SUCCESS", result: expect.stringContaining("green tea") as string });
  });
});

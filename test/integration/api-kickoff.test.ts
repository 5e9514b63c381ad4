import { readExecution, readSubscriptions } from "@crewstream/redis";
import { parseExecutionId } from "@crewstream/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { dumpKeys } from "../support/redis.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const hook = "http://127.0.0.1:9/hook";

async function stored(kickoffId: unknown) {
  const id = parseExecutionId(String(kickoffId))!;
  const record = (await readExecution(api.store, id))!;
  return { record, subscriptions: await readSubscriptions(api.store, id, record.feeds) };
}

describe("kickoff", () => {
  test("returns an id that /status accepts immediately", async () => {
    const answer = await api.client.post("/automations/briefing/kickoff", {
      inputs: { topic: "tides", audience: 3, extra: [1] },
      meta: { requestId: "r1" },
    });
    expect(answer.status).toBe(200);
    expect(answer.body["task_id"]).toBe(answer.body["kickoff_id"]);
    const status = await api.client.get(`/status/${String(answer.body["kickoff_id"])}`);
    expect(status).toMatchObject({ status: 200, body: { state: "PENDING", status: "running" } });
    const { record } = await stored(answer.body["kickoff_id"]);
    expect(record).toMatchObject({
      automation: "briefing",
      inputs: { topic: "tides", audience: 3, extra: [1] },
      meta: { requestId: "r1" },
    });
  });

  test("accepts a body of 100 levels, and rejects a deeper one", async () => {
    // The body and its inputs are two of them.
    const kickoff = (lists: number) => {
      const topic = JSON.parse("[".repeat(lists) + "]".repeat(lists)) as unknown;
      return api.client.post("/kickoff", { inputs: { topic, audience: "a" } });
    };
    expect(await kickoff(98)).toMatchObject({ status: 200 });
    const refused = await kickoff(99);
    expect(refused).toMatchObject({ status: 400, body: { details: { code: "invalid_input" } } });
    expect(refused.body["message"]).toContain("100 levels");
  });

  test("treats null, the empty string and absence the same, and accepts unknown fields", async () => {
    const answer = await api.client.post("/kickoff", {
      inputs: { topic: "t", audience: "a" },
      taskWebhookUrl: null,
      stepWebhookUrl: "",
      webhooks: "",
      humanInputWebhook: null,
      trainingFilename: "",
      generateArtifact: false,
      somethingElse: { deep: true },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("warnings");
    expect((await stored(answer.body["kickoff_id"])).subscriptions).toEqual([]);
    const flow = await api.client.post("/automations/notes/kickoff", { inputs: null, webhooks: null, meta: null });
    expect(flow.status).toBe(200);
  });

  test.each([{}, { inputs: {} }, { topic: "bare" }, undefined])(
    "of a crew without its inputs names all that are missing: %j",
    async (body) => {
      const answer = await api.client.post("/automations/briefing/kickoff", body);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({
        detail: "Missing inputs: audience, topic",
        error: "Validation Error",
        message: "Missing required inputs",
        details: { missing_inputs: ["audience", "topic"] },
      });
    },
  );

  test("of a flow requires no inputs, but an id must be a UUID", async () => {
    expect((await api.client.post("/automations/notes/kickoff")).status).toBe(200);
    const wrong = await api.client.post("/automations/notes/kickoff", { inputs: { id: "test 1" } });
    expect(wrong.status).toBe(422);
    expect(wrong.body["message"]).toBe("'inputs.id' must be a valid UUID when provided; got 'test 1'.");
  });

  test("accepts a trigger's payload next to the inputs, and warns about other inputs there", async () => {
    const payload = { issue: 7 };
    const answer = await api.client.post("/automations/notes/kickoff", {
      crewai_trigger_payload: payload,
      version: "2",
    });
    expect(answer.body["warnings"]).toEqual([
      '"version" is next to "inputs" and has no effect: send {"inputs": {"version": …}}.',
    ]);
    expect((await stored(answer.body["kickoff_id"])).record.inputs).toEqual({ crewai_trigger_payload: payload });
    const both = await api.client.post("/automations/notes/kickoff", {
      crewai_trigger_payload: payload,
      inputs: { log: "x", crewai_trigger_payload: "inside" },
    });
    const { record } = await stored(both.body["kickoff_id"]);
    expect(record.inputs).toEqual({ log: "x", crewai_trigger_payload: "inside" });
    expect(both.body).not.toHaveProperty("warnings");
  });

  test("creates a feed for every webhook, one object or several, and for the three legacy URLs", async () => {
    const answer = await api.client.post("/automations/briefing/kickoff", {
      inputs: { topic: "t", audience: "a" },
      meta: { r: 1 },
      webhooks: [
        { url: hook, events: ["*"], retry: { schedule: ["5s", "2m"] }, ordering: "strict" },
        { url: hook, events: ["llm_*"], realtime: true },
      ],
      stepWebhookUrl: `${hook}/s`,
      taskWebhookUrl: `${hook}/t`,
      crewWebhookUrl: `${hook}/c`,
    });
    const { subscriptions } = await stored(answer.body["kickoff_id"]);
    expect(subscriptions).toMatchObject([
      { url: hook, mode: "batched", form: "events", ordering: "strict", retrySchedule: [5000, 120_000] },
      { url: hook, mode: "realtime", form: "events", ordering: "relaxed", events: ["llm_*"] },
      { url: `${hook}/s`, form: "step", events: ["crew_step_completed"], meta: { r: 1 } },
      { url: `${hook}/t`, form: "task", events: ["task_completed", "human_feedback_requested"], meta: { r: 1 } },
      { url: `${hook}/c`, form: "crew", events: ["crew_kickoff_completed"], meta: { r: 1 } },
    ]);
  });

  test("keeps secrets encrypted", async () => {
    const secrets = { token: "hush-token-1", signing: `whsec_${Buffer.alloc(24, 5).toString("base64")}` };
    const answer = await api.client.post("/automations/notes/kickoff", {
      webhooks: {
        url: hook,
        events: ["*"],
        authentication: { strategy: "bearer", token: secrets.token },
        signing_secret: secrets.signing,
      },
    });
    const { subscriptions } = await stored(answer.body["kickoff_id"]);
    expect(subscriptions[0]?.sealedSecrets).toMatch(/^v1\./);
    const everything = [...(await dumpKeys(api.env["REDIS_URL"]!, `*${api.env["KEY_PREFIX"]!}*`)).values()].join("\n");
    const shown = await api.client.get(`/api/v1/executions/${String(answer.body["kickoff_id"])}`);
    for (const secret of Object.values(secrets)) {
      expect(everything).not.toContain(secret);
      expect(JSON.stringify(shown.body)).not.toContain(secret);
    }
    expect(shown.body["subscriptions"]).toMatchObject([{ url: hook, has_secrets: true }]);
    expect(everything).not.toContain("test-token");
  });

  test("warns about likely mistakes", async () => {
    const answer = await api.client.post("/automations/notes/kickoff", {
      webhooks: { url: hook, events: ["flow_startd", "my_event", "llm_*"], relatime: true },
      trainingFilename: "x.pkl",
    });
    expect(answer.status).toBe(200);
    expect(answer.body["warnings"]).toEqual([
      '"flow_startd" is not a known event type: did you mean "flow_started"?',
      "webhooks.relatime is not a known field and has no effect.",
      "trainingFilename has no effect on a flow here.",
    ]);
  });
});

describe("Idempotency-Key", () => {
  const kickoff = (key: string, body: unknown, path = "/automations/notes/kickoff") =>
    api.client.post(path, body, { headers: { "idempotency-key": key } });

  test("returns the same id for the same body, also concurrently", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => kickoff("key-1", { inputs: { log: "x" } })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body["kickoff_id"])).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(4);
  });

  test("rejects another body, and separates keys by automation", async () => {
    const first = await kickoff("key-2", { inputs: { log: "x" } });
    const other = await kickoff("key-2", { inputs: { log: "y" } });
    expect(other).toMatchObject({ status: 422, body: { details: { kickoff_id: first.body["kickoff_id"] } } });
    const crew = await kickoff("key-2", { inputs: { topic: "t", audience: "a" } }, "/automations/briefing/kickoff");
    expect(crew.status).toBe(200);
    expect(crew.body["kickoff_id"]).not.toBe(first.body["kickoff_id"]);
  });

  test("is not consumed by a rejected request", async () => {
    expect((await kickoff("key-3", {}, "/automations/briefing/kickoff")).status).toBe(422);
    const body = { inputs: { topic: "t", audience: "a" } };
    expect((await kickoff("key-3", body, "/automations/briefing/kickoff")).status).toBe(200);
  });

  test("rejects a key that is too long", async () => {
    expect((await kickoff("k".repeat(256), {})).status).toBe(400);
  });
});

describe("the automation", () => {
  test("at the root is the first by name, or the configured one", async () => {
    expect((await api.client.get("/inputs")).body).toEqual({ inputs: ["audience", "topic"] });
    await using other = await startTestApi({ DEFAULT_AUTOMATION: "notes" });
    expect((await other.client.get("/inputs")).body).toEqual({ inputs: ["log", "version"] });
  });

  test("is unavailable, and named, if no live worker serves it", async () => {
    const answer = await api.client.post("/automations/nope/kickoff", {});
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(answer.body["message"]).toBe('No live crew worker serves "nope". Served are: briefing, notes.');
    await using empty = await startTestApi({}, []);
    expect((await empty.client.post("/kickoff", {})).body["message"]).toContain("No crew worker is running");
  });
});

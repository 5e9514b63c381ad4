import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chatCompletions, providerServer, type ProviderServer } from "@crewstream/crew/testing";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { deliveredOnce, expectGapless } from "../support/deliveries.ts";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

const venv = inject("pythonVenv");
const fixtures = new URL("../fixtures/python/", import.meta.url).pathname;
/** Starting Python and importing crewai takes 8 s of CPU time, on a machine with other load. */
const limitMs = 90_000;

describe.skipIf(venv === "")("Python projects, served by the real processes", () => {
  let model: ProviderServer;
  let sink: WebhookSink;
  let system: System;
  let folder: string;
  beforeAll(async () => {
    model = await providerServer();
    sink = await WebhookSink.start();
    folder = await mkdtemp(join(tmpdir(), "crewstream-served-"));
    for (const name of ["charges", "reviewed_flow", "not_set_up"]) {
      const project = join(folder, "automations", name);
      await cp(join(fixtures, name === "not_set_up" ? "unruly" : name), project, { recursive: true });
      if (name !== "not_set_up") await symlink(venv, join(project, ".venv"));
    }
    system = await startSystem({
      env: {
        AUTOMATIONS_DIR: join(folder, "automations"),
        PYTHON_DIR: join(folder, "python"),
        RUNS_DIR: join(folder, "runs"),
        OPENAI_API_KEY: "sk-test",
        OPENAI_BASE_URL: `${model.origin}/v1`,
        LEDGER: join(folder, "ledger"),
      },
    });
    // Their code is imported after the start.
    await eventually(async () => {
      const { body } = await system.client.get<{ items: { name: string; state: string }[] }>("/api/v1/automations");
      const ready = body.items.filter(({ state }) => state === "ready").map(({ name }) => name);
      if (ready.length < 2) throw new Error(`ready: ${ready.join(", ")}`);
    }, limitMs);
  }, limitMs);
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
    await model?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const inState = (id: string, state: string) =>
    eventually(async () => {
      const { body } = await system.client.get(`/status/${id}`);
      if (body["state"] !== state) throw new Error(JSON.stringify(body).slice(0, 600));
      return body;
    }, limitMs);

  test("/inputs lists the inputs of a crew and a flow; a project is served once it has an environment", async () => {
    expect((await system.client.get("/automations/charges/inputs")).body).toEqual({ inputs: ["customer"] });
    expect((await system.client.get("/automations/reviewed_flow/inputs")).body).toEqual({
      inputs: ["topic", "author", "steps"],
    });
    const refused = await system.client.post("/automations/not_set_up/kickoff", {});
    expect(refused.status).toBe(503);
    expect(refused.body["message"]).toContain("Run `npx crewstream python sync not_set_up`.");
    await symlink(venv, join(folder, "automations/not_set_up/.venv"));
    await eventually(async () => {
      const { items } = (await system.client.get<{ items: Record<string, unknown>[] }>("/api/v1/automations")).body;
      expect(items.find(({ name }) => name === "not_set_up")).toMatchObject({
        state: "ready",
        kind: "flow",
        environment: { crewai: expect.stringMatching(/^\d/) as string },
      });
    }, limitMs);
  });

  test("a worker is killed in mid-run: the crew continues elsewhere, and its webhook gets everything once", async () => {
    let asked = 0;
    model.answer(chatCompletions, ({ body }) => {
      const messages = body["messages"] as { role: string; content: string }[];
      const step = /Step (\w+)/.exec(JSON.stringify(messages))?.[1] ?? "none";
      if (messages.at(-1)?.role === "user") return { tool: "charge", args: { step } };
      asked += 1;
      return asked === 2 ? "hang" : { text: `done ${step}` };
    });
    const id = await system.client.kickoff("charges", {
      inputs: { customer: "Ada" },
      webhooks: { url: sink.url("/crew"), events: ["*"], realtime: true },
    });
    await eventually(() => (asked === 2 ? Promise.resolve() : Promise.reject(new Error(`asked ${asked}`))), limitMs);
    await system.crewWorkers[0]!.kill("SIGKILL");
    system.crewWorkers.push(await system.add("crew-worker"));
    expect(await inState(id, "SUCCESS")).toMatchObject({ result: "done three" });
    const published = await system.client.events(id);
    expectGapless(published);
    expect(new Set(published.map((event) => event.id)).size).toBe(published.length);
    await sink.until(() => sink.events("/crew").length >= published.length);
    expect(deliveredOnce(sink.requests("/crew"))).toEqual(published);
    expect((await readFile(join(folder, "ledger"), "utf8")).trim().split("\n")).toHaveLength(3);
  });

  test("a flow pauses for people and is resumed through the API", async () => {
    model.answer(chatCompletions, () => ({ text: '{"outcome": "approved"}' }));
    const id = await system.client.kickoff("reviewed_flow", { inputs: {} });
    for (const feedback of ["Ada", "approved", "2"]) {
      await inState(id, "PAUSED");
      const answered = await system.client.post("/resume", { executionId: id, humanFeedback: feedback });
      expect(answered.body).toMatchObject({ kickoff_id: id });
    }
    expect(await inState(id, "SUCCESS")).toMatchObject({
      result: "A draft on geese by Ada: 2 copies after asked,drafted",
    });
  });

  test("a run that waits for a model is cancelled, and everything it had started is closed", async () => {
    let asked = 0;
    model.answer(chatCompletions, () => ((asked += 1), "hang"));
    const id = await system.client.kickoff("charges", { inputs: { customer: "Ada" } });
    await eventually(() => (asked > 0 ? Promise.resolve() : Promise.reject(new Error("not asked"))), limitMs);
    await system.client.post(`/stop/${id}`);
    await inState(id, "REVOKED");
    const types = (await system.client.events(id)).map(({ type }) => type);
    expect(types).toContain("llm_call_failed");
    expect(types.at(-1)).toBe("crew_kickoff_failed");
  });
});

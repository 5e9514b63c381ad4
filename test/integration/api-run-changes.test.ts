import { parseExecutionId } from "@crewstream/contracts";
import { appendStep, readExecution } from "@crewstream/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { eventually } from "../support/eventually.ts";
import { playFields } from "../support/play-deliveries.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    API_TOKENS: "whole:test-token-0123456789abcdef,ann:ann-token-0123456789:kickoff+read+own",
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const requestId = "6e1f2b64-1111-4222-8333-444455556666";
const pending = JSON.stringify([
  {
    id: requestId,
    path: "draft",
    kind: "review",
    message: "Publish this?",
    output: "the draft",
    emit: null,
    defaultOutcome: null,
    taskId: null,
    automation: "Notes",
    step: "draft",
    agent: null,
    timeoutSeconds: null,
    metadata: {},
  },
]);
const pause = (id: string) => playFields(api.store, id, { state: "PAUSED", pending });

test("an unknown query parameter is rejected, listing the known ones", async () => {
  for (const path of [
    "/executions?thread=x",
    "/executions?meta.a=1",
    "/human-requests?execution=1",
    "/stats?x",
    "/automations?a=1",
  ]) {
    expect(await api.client.get(`/api/v1${path}`)).toMatchObject({
      status: 400,
      body: { details: { code: "invalid_input" } },
    });
  }
  const answer = await api.client.get<{ message: string }>("/api/v1/executions?thread=x");
  expect(answer.body.message).toContain('"thread"');
  expect(answer.body.message).toContain("thread_id");
  expect((await api.client.get("/inputs?whatever=1")).status).toBe(200);
});

describe("threads", () => {
  const ids = async (query: string, token?: string) => {
    const options = token === undefined ? {} : { token };
    const page = await api.client.get<{ items: { id: string }[] }>(`/api/v1/executions?${query}`, options);
    return page.body.items.map(({ id }) => id);
  };

  test("executions of a thread are listed, newest first, to those who may see them", async () => {
    const first = await api.client.kickoff("notes", { thread_id: "chat 1" });
    const second = await api.client.kickoff("notes", { threadId: "chat 1" });
    await api.client.kickoff("notes", { thread_id: "chat 2" });
    const headers = { token: "ann-token-0123456789" };
    const anns = await api.client.post("/automations/notes/kickoff", { thread_id: "chat 1" }, headers);
    const own = anns.body["kickoff_id"];
    expect(await ids("thread_id=chat%201")).toEqual([own, second, first]);
    expect(await ids("thread_id=chat%201", headers.token)).toEqual([own]);
    expect(await ids("thread_id=nobody")).toEqual([]);
    const shown = await api.client.get(`/api/v1/executions/${first}`);
    expect(shown.body).toMatchObject({ thread_id: "chat 1" });
  });

  test.each([[{ thread_id: "x".repeat(256) }], [{ thread_id: 7 }]])(
    "a thread's name is a text of limited length: %j",
    async (body) => {
      expect((await api.client.post("/automations/notes/kickoff", body)).status).toBe(400);
    },
  );
});

describe("a repeated answer", () => {
  const answer = (id: string, body: object) =>
    api.client.post(`/api/v1/executions/${id}/human-requests/${requestId}`, body);

  test("is accepted if it is the same, and otherwise rejected with its own code", async () => {
    const id = await api.client.kickoff("notes", {});
    await pause(id);
    const said = { feedback: "shorter", approved: true };
    const first = await answer(id, said);
    expect(first).toMatchObject({ status: 200, body: { status: "resumed" } });
    expect(await answer(id, said)).toMatchObject({ status: 200, body: first.body });
    const resumed = { execution_id: id, task_id: requestId, human_feedback: "shorter", is_approve: true };
    expect(await api.client.post("/resume", resumed)).toMatchObject({ status: 200 });
    for (const other of [
      await answer(id, { feedback: "longer", approved: true }),
      await answer(id, { feedback: "shorter" }),
      await api.client.post("/resume", { ...resumed, is_approve: false }),
    ]) {
      expect(other).toMatchObject({ status: 409, body: { details: { code: "already_answered" } } });
    }
  });

  test("one of several concurrent answers is accepted, together with identical ones", async () => {
    const id = await api.client.kickoff("notes", {});
    await pause(id);
    const said = ["a", "b", "a", "b", "a"];
    const answers = await Promise.all(said.map((feedback) => answer(id, { feedback })));
    const statuses = answers.map(({ status }, index) => `${said[index]} ${status}`);
    expect([
      ["a 200", "b 409"],
      ["a 409", "b 200"],
    ]).toContainEqual([...new Set(statuses)].toSorted());
  });
});

test("a stop waits until the run has ended, or for the requested time", async () => {
  const queued = await api.client.kickoff("notes", {});
  expect((await api.client.post(`/stop/${queued}?wait=30`)).body).toMatchObject({ status: "stopped" });
  const other = await api.client.kickoff("notes", {});
  await playFields(api.store, other, { state: "RUNNING" });
  expect((await api.client.post(`/stop/${other}?wait=0.01`)).body).toMatchObject({ status: "stopping" });
  const running = await api.client.kickoff("notes", {});
  await playFields(api.store, running, { state: "RUNNING" });
  const waiting = api.client.post(`/stop/${running}?wait=30`);
  const id = parseExecutionId(running)!;
  const { epoch } = await eventually(async () => {
    const record = await readExecution(api.store, id);
    if (record?.cancel === undefined) throw new Error("nobody was asked to stop yet");
    return record;
  });
  await appendStep(api.store, id, { epoch, events: [], rows: [], fields: { state: "REVOKED" }, feeds: [] });
  expect((await waiting).body).toMatchObject({ status: "stopped" });
  expect((await api.client.post(`/stop/${running}?wait=61`)).status).toBe(400);
});

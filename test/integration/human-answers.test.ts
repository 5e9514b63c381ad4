import { tmpdir } from "node:os";
import { parseExecutionId } from "@crewstream/contracts";
import { readExecution } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { crewstream } from "../support/cli.ts";
import { playFields } from "../support/play-deliveries.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const requestId = "6e1f2b64-1111-4222-8333-444455556666";
const review = { kind: "review", message: "Publish this?", output: "the draft", defaultOutcome: null, taskId: null };
const asker = { automation: "Notes", step: "draft", agent: null, timeoutSeconds: null, metadata: {} };

/** A run that waits for a person. */
async function paused(request: Record<string, unknown> = {}): Promise<string> {
  const id = await api.client.kickoff("notes", {});
  const emit = ["publish", "discard"];
  const pending = JSON.stringify([{ id: requestId, path: "draft", emit, ...review, ...asker, ...request }]);
  await playFields(api.store, id, { state: "PAUSED", pending });
  return id;
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await readExecution(api.store, parseExecutionId(id)!))?.state;
}

const resume = (id: string, answer: object) => api.client.post("/resume", { execution_id: id, ...answer });

interface Said {
  is_approve?: boolean;
  human_feedback?: string;
  outcome?: string;
}

const mapped = { rejectOutcome: "discard" };
test.each<[string, Record<string, unknown>, Said]>([
  ["flag and outcome", mapped, { is_approve: false, outcome: "publish" }],
  ["flag and text", mapped, { is_approve: false, human_feedback: "Publish." }],
  ["a rejection that nothing reads", { emit: null }, { is_approve: false }],
  ["a flag for a question", { kind: "input", emit: null }, { is_approve: true }],
  ["a flag that stands for nothing, with free text", {}, { is_approve: true, human_feedback: "fine by me" }],
])("an answer that contradicts itself or says nothing is refused, and the run waits on: %s", async (_, asked, said) => {
  const id = await paused(asked);
  expect(await resume(id, said)).toMatchObject({ status: 422 });
  const answer = { approved: said.is_approve, outcome: said.outcome, feedback: said.human_feedback };
  const path = `/api/v1/executions/${id}/human-requests/${requestId}`;
  expect(await api.client.post(path, answer)).toMatchObject({ status: 422 });
  expect(await stateOf(id)).toBe("PAUSED");
});

test("only a task is repeated: a flow continues with the answer", async () => {
  const retried = await resume(await paused({ emit: null, taskId: "t1" }), { is_approve: false });
  expect(retried.body).toMatchObject({ status: "retrying", outcome: null });
  const remark = { is_approve: false, human_feedback: "shorter" };
  expect((await resume(await paused({ emit: null }), remark)).body).toMatchObject({ status: "resumed" });
  expect((await resume(await paused(mapped), remark)).body).toMatchObject({ status: "resumed", outcome: "discard" });
});

test("a run's request is found behind any number of others", async () => {
  const id = await paused();
  const newer = await paused();
  const own = (await api.client.get<{ items: unknown[] }>(`/api/v1/human-requests?execution_id=${id}`)).body;
  expect(own).toMatchObject({ items: [{ execution_id: id, message: "Publish this?" }], next_cursor: null });
  await resume(id, { outcome: "discard" });
  const gone = await api.client.get(`/api/v1/human-requests?execution_id=${id}`);
  expect(gone.body).toEqual({ items: [], next_cursor: null });
  const all = await api.client.get<{ items: { execution_id: string }[] }>("/api/v1/human-requests");
  expect(all.body.items.map((item) => item.execution_id)).toContain(newer);
});

test("a rejected answer on the command line is a usage error, and names the outcomes", async () => {
  const env = { ...api.env, CREWSTREAM_URL: api.url, CREWSTREAM_TOKEN: api.client.token };
  const id = await paused();
  for (const said of [[], ["--reject"], ["--outcome", "burn"]]) {
    const { code, stderr } = await crewstream(["answer", id, ...said], env, { cwd: tmpdir() });
    expect(code).toBe(2);
    expect(stderr).toMatch(/"?publish"?, "?discard"?/);
  }
  expect(await stateOf(id)).toBe("PAUSED");
});

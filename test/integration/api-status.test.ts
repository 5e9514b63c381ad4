import { parseExecutionId, type ExecutionId } from "@crewstream/contracts";
import { appendStep, claimLease, readExecution } from "@crewstream/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const kickoff = async (body: Record<string, unknown> = {}): Promise<ExecutionId> =>
  parseExecutionId(await api.client.kickoff("notes", body))!;

/** Plays the worker: acquires the lease and writes fields of the record. */
async function work(id: ExecutionId, fields: Record<string, string | number>): Promise<void> {
  const claim = await claimLease(api.store, id, { owner: "w1", leaseMs: 60_000 });
  if (!("lease" in claim)) throw new Error(claim.refused);
  await appendStep(api.store, id, { epoch: claim.lease.epoch, events: [], rows: [], fields, feeds: [] });
}

describe("status", () => {
  test("is available at both paths, in any shape, for the given automation", async () => {
    const id = await kickoff();
    for (const path of [`/status/${id}`, `/${id}/status`, `/automations/notes/status/${id.toUpperCase()}`]) {
      expect((await api.client.get(path)).body).toMatchObject({ state: "PENDING", status: "running" });
    }
    expect((await api.client.get(`/status/${id}?shape=live`)).body["status"]).toBe("Task is pending");
    expect((await api.client.get(`/status/${id}?shape=openapi`)).body).not.toHaveProperty("state");
    expect((await api.client.get(`/status/${id}?shape=xml`)).status).toBe(400);
    expect((await api.client.get(`/automations/briefing/status/${id}`)).status).toBe(404);
  });

  test.each(["nope", "6e1f2b64-1111-4222-8333-444455556666", "a%2Fb", "%00", "x".repeat(5000)])(
    "is NOT FOUND for an invalid id: %.40s",
    async (id) => {
      const answer = await api.client.get(`/status/${id}`);
      expect(answer).toMatchObject({ status: 404, body: { state: "NOT FOUND", error: "Execution not found" } });
      expect((await api.client.get(`/status/${id}?shape=live`)).status).toBe(200);
    },
  );

  test("follows what the worker writes", async () => {
    const id = await kickoff();
    await work(id, { state: "SUCCESS", result: JSON.stringify({ a: 1 }), result_json: JSON.stringify({ a: 1 }) });
    expect((await api.client.get(`/status/${id}`)).body).toMatchObject({
      state: "SUCCESS",
      status: "completed",
      result: { a: 1 },
      output: '{"a":1}',
    });
  });
});

describe("stop", () => {
  test("ends a run that no worker has taken, and no worker takes it then", async () => {
    const id = await kickoff({ webhooks: { url: "http://127.0.0.1:9/x", events: ["*"] } });
    const answer = await api.client.post(`/stop/${id}`);
    expect(answer).toMatchObject({ status: 200, body: { status: "stopped", kickoffId: id } });
    expect((await api.client.get(`/status/${id}`)).body).toMatchObject({ state: "REVOKED", status: "error" });
    expect(await claimLease(api.store, id, { owner: "w1", leaseMs: 1000 })).toMatchObject({ refused: "ended" });
  });

  test("asks the worker of a running one", async () => {
    const id = await kickoff();
    await work(id, { state: "RUNNING" });
    expect((await api.client.post(`/cancel/${id}`)).body).toMatchObject({ status: "stopping" });
    expect((await readExecution(api.store, id))?.cancel).toBe("1");
    expect((await api.client.post(`/api/v1/executions/${id}/cancel`)).status).toBe(202);
  });

  test("reports why it cannot", async () => {
    const id = await kickoff();
    await work(id, { state: "SUCCESS" });
    const answer = await api.client.post(`/stop/${id}`);
    expect(answer).toMatchObject({ status: 400, body: { detail: "Cannot stop execution. Current state: SUCCESS" } });
    expect((await api.client.post(`/stop/nope`)).status).toBe(404);
    expect((await api.client.post(`/api/v1/executions/${id}/cancel`)).body).toMatchObject({ state: "SUCCESS" });
  });
});

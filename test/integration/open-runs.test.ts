import { expect, test } from "vitest";
import { startTestApi } from "../support/api-in-process.ts";
import { playRun } from "../support/play-deliveries.ts";

test("open runs are limited, separately for each token", async () => {
  await using api = await startTestApi({ API_TOKENS: "one:t-one,two:t-two", MAX_OPEN_RUNS_PER_TOKEN: "2" });
  const kickoff = (token: string, headers: Record<string, string> = {}) =>
    api.client.post("/automations/notes/kickoff", {}, { token, headers });
  const first = await kickoff("t-one");
  const second = await kickoff("t-one");
  const key = { "idempotency-key": "k" };
  const refused = await kickoff("t-one", key);
  expect(refused).toMatchObject({ status: 429, body: { details: { code: "rate_limited", max_open_runs: 2 } } });
  expect(refused.headers.get("retry-after")).toBe("5");
  expect((await kickoff("t-two")).status).toBe(200);
  const stats = await api.client.get<{ queues: { queue: string; waiting: number }[] }>("/api/v1/stats", {
    token: "t-one",
  });
  expect(stats.body.queues.find(({ queue }) => queue === "runs")?.waiting).toBe(3);

  // Both ways of ending make room: by the run's worker, and by a stop before a worker had it.
  await playRun(api.store, String(first.body["kickoff_id"]), ["flow_started"]);
  expect((await kickoff("t-one", key)).status).toBe(200);
  expect((await kickoff("t-one")).status).toBe(429);
  await api.client.post(`/stop/${String(second.body["kickoff_id"])}`, {}, { token: "t-one" });
  expect((await kickoff("t-one")).status).toBe(200);
  // The same kickoff again is the same run.
  expect((await kickoff("t-one", key)).headers.get("idempotency-replayed")).toBe("true");
});

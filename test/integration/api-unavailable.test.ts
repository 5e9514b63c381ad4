import { announceWorker } from "@crewstream/redis";
import { expect, test } from "vitest";
import { startTestApi } from "../support/api-in-process.ts";
import { eventually } from "../support/eventually.ts";

const fix = "npx crewstream python sync poem";
const poem = { name: "poem", runtime: "python", state: "needs_setup", reason: "its environment is missing" } as const;
const broken = { name: "broken", runtime: "typescript", state: "failed", reason: "syntax error" } as const;

test("an automation that needs setup is listed with the command that helps, and its kickoff names that", async () => {
  await using api = await startTestApi({}, [], [{ ...poem, fix }, broken]);
  const message = `The automation "poem" cannot be run yet: its environment is missing. Run \`${fix}\`. None can be run yet.`;
  const refused = { status: 503, body: { message, details: { state: "needs_setup", fix, served: [] } } };
  expect(await api.client.post("/automations/poem/kickoff", {})).toMatchObject(refused);
  expect(await api.client.get("/automations/poem/inputs")).toMatchObject(refused);
  const failed = await api.client.post("/automations/broken/kickoff", {});
  expect(failed.body["message"]).toContain('The automation "broken" does not load: syntax error.');
  expect((await api.client.post("/kickoff", {})).body["message"]).toBe("No automation is served. None can be run yet.");
  expect((await api.client.get("/api/v1/automations")).body).toMatchObject({
    items: [
      { ...broken, kind: null, workers: 0 },
      { ...poem, fix, inputs: [], required: [], workers: 0 },
    ],
  });
});

test("an automation that one worker cannot run is served by another, and the reason is still listed", async () => {
  await using api = await startTestApi({}, [], [{ ...poem, fix }]);
  const served = { name: "poem", kind: "flow" as const, description: "", inputs: [], required: [], version: "1" };
  const worker = { worker: "w2", host: "second", pid: 2, startedAt: Date.now(), automations: [served] };
  await announceWorker(api.store, worker, 60_000);
  const reason = "Not served on the host test: its environment is missing";
  // The API reads once a second what is served.
  await eventually(async () => {
    const { body } = await api.client.get("/api/v1/automations");
    expect(body).toMatchObject({ items: [{ name: "poem", state: "ready", workers: 1, reason, fix }] });
  });
  expect((await api.client.post("/automations/poem/kickoff", {})).status).toBe(200);
});

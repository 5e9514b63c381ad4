import { copyFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { root } from "../support/source-files.ts";
import { exampleInputs } from "./example-runs.ts";

const crashing = `import { defineFlow } from "@crewstream/crew";
const count = (birds: string[] | undefined): number => birds!.length;
export default defineFlow({}, (flow) => flow.start("count", () => count(undefined)));
`;
const mistyped = `import { defineCrew } from "@crewstream/crew";
export default defineCrew({
  agents: { a: { role: "r", goal: "g", backstory: "b", model: "opnai/gpt" } },
  tasks: [{ description: "d", expectedOutput: "e", agent: "a" }],
});
`;

const secret = "sesame-open-4711";
let folder: string;
let system: System;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crewstream-automations-"));
  await copyFile(join(root, "examples/release_notes.ts"), join(folder, "release_notes.ts"));
  await writeFile(join(folder, "half_written.ts"), "export default defineFlow({ name: ");
  await writeFile(join(folder, "throwing.ts"), 'throw new Error("no database today");\n');
  await writeFile(join(folder, "no_automation.ts"), "export default { kickoff: () => 1 };\n");
  await writeFile(join(folder, "README.md"), "Not an automation.\n");
  await cp(join(root, "test/fixtures/failing"), folder, { recursive: true });
  await writeFile(join(folder, "crashing.ts"), crashing);
  await writeFile(join(folder, "mistyped.ts"), mistyped);
  system = await startSystem({ env: { AUTOMATIONS_DIR: folder, SHOP_API_KEY: secret, RUN_MAX_EVENTS: "500" } });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

// The folder has no node_modules, and is not inside crewstream's: the package is provided to its imports.
test("a worker reports which files do not load and why, and serves the others", async () => {
  const reasons = new Map(
    system.crewWorkers[0]!.logs.filter(({ msg }) => msg === "automation.not_loaded").map(({ path, reason }) => [
      String(path).slice(folder.length + 1),
      String(reason),
    ]),
  );
  expect([...reasons.keys()].sort()).toEqual(["half_written.ts", "no_automation.ts", "throwing.ts"]);
  expect(reasons.get("half_written.ts")).toMatch(/(expected|unexpected|syntax).* \(half_written\.ts:1\)$/i);
  expect(reasons.get("throwing.ts")).toBe("no database today (throwing.ts:1:7)");
  expect(reasons.get("no_automation.ts")).toContain("defineCrew or defineFlow");

  const executionId = await system.client.kickoff("release_notes", { inputs: exampleInputs.release_notes });
  expect(await system.client.ended(executionId)).toMatchObject({ state: "SUCCESS" });
});

test("a kickoff of an automation that nobody serves is rejected with 503, naming it", async () => {
  const served = ["crashing", "endless", "mistyped", "release_notes", "wrong_flow", "wrong_tool"];
  for (const automation of ["throwing", "never_heard_of"]) {
    const answer = await system.client.post(`/automations/${automation}/kickoff`, { inputs: {} });
    expect(answer.status).toBe(503);
    expect(answer.body["message"]).toContain(`"${automation}"`);
    expect(answer.body["message"]).toContain("release_notes");
    expect(answer.body["details"]).toMatchObject({ automation, served });
  }
});

test("a failed run's status, log line and event have the location of the failure in the automation's code", async () => {
  const id = await system.client.kickoff("crashing", {});
  const at = "crashing.ts:2:63";
  expect(await system.client.ended(id)).toMatchObject({
    state: "FAILED",
    error: expect.stringContaining("TypeError") as string,
    error_location: at,
    error_stack: expect.stringContaining(`count (${at})`) as string,
  });
  const line = await system.crewWorkers[0]!.logged(
    ({ msg, executionId }) => msg === "run.finished" && executionId === id,
  );
  expect(line).toMatchObject({ level: 50, errorType: "TypeError", at });
  const failed = (await system.client.events(id)).find(({ type }) => type === "flow_failed");
  expect(failed?.data).toMatchObject({ error_location: at });
});

test("a failure is reported with its causes and without secrets", async () => {
  const id = await system.client.kickoff("wrong_flow", {});
  const status = await system.client.ended(id);
  expect(status).toMatchObject({
    error: "TypeError: no quote for the item",
    error_location: "lib/price.ts:10:9",
    error_stack: expect.stringContaining(
      "caused by PriceError: lamp: https://shop.example/?api_key=[secret]",
    ) as string,
  });
  const { body } = await system.client.get(`/api/v1/executions/${id}`);
  expect(body).toMatchObject({ error_location: status["error_location"], error_stack: status["error_stack"] });
  const events = await system.client.events(id);
  const { logs } = system.crewWorkers[0]!;
  expect(JSON.stringify([status, body, events, logs])).not.toContain(secret);
});

test("a run that exceeds a limit is logged as a failure, too", async () => {
  const id = await system.client.kickoff("endless", {});
  expect(await system.client.ended(id)).toMatchObject({ state: "FAILED" });
  const line = await system.crewWorkers[0]!.logged(
    ({ msg, executionId }) => msg === "run.finished" && executionId === id,
  );
  expect(line).toMatchObject({ level: 50, error: expect.stringContaining("RUN_MAX_EVENTS") as string });
});

test("a model that cannot be called causes a warning at start, in the log and in the list, with the automation's name", async () => {
  const warned = await system.crewWorkers[0]!.logged(({ msg }) => msg === "automation.warning");
  expect(warned).toMatchObject({
    path: join(folder, "mistyped.ts"),
    warning: expect.stringContaining('"opnai"') as string,
  });
  const { body } = await system.client.get<{ items: { name: string; warnings?: string[] }[] }>("/api/v1/automations");
  expect(body.items.find(({ name }) => name === "mistyped")?.warnings).toEqual([expect.stringContaining('"opnai"')]);
});

test("when its last worker has stopped, an automation is unavailable until one is back", async () => {
  const kickoff = () =>
    system.client.post("/automations/release_notes/kickoff", { inputs: exampleInputs.release_notes });
  const exit = await system.crewWorkers[0]!.kill("SIGTERM");
  expect(exit).toMatchObject({ code: 0 });
  // The API reads once a second what is served.
  await eventually(async () => expect((await kickoff()).status).toBe(503));
  expect((await kickoff()).body["message"]).toContain("No crew worker is running");
  await system.add("crew-worker");
  await eventually(async () => expect((await kickoff()).status).toBe(200));
});

import type { Runtime } from "@crewstream/contracts";
import { expect, it } from "vitest";
import { parseKickoff } from "./parse-kickoff.ts";
import { kickoffWarnings } from "./warnings.ts";

const url = "https://example.com/hook";
const warned = (body: unknown, kind: "crew" | "flow" = "flow", runtime: Runtime = "typescript") =>
  kickoffWarnings(parseKickoff(body), { kind, runtime, inputs: ["log", "version"] });

it("returns nothing for a valid kickoff", () => {
  expect(warned({ webhooks: { url, events: ["*", "llm_*", "my_own", "tool_usage_completed"] } })).toEqual([]);
  expect(warned({ humanInputWebhookUrl: "", restoreFromStateId: null, inputs: {}, anything: 1 })).toEqual([]);
});

it("returns each warning once, however often its cause occurs", () => {
  const webhook = { url, events: ["crew_kickoff_startd"], colour: "red" };
  expect(warned({ webhooks: [webhook, webhook], trainingFilename: "a.pkl" })).toEqual([
    '"crew_kickoff_startd" is not a known event type: did you mean "crew_kickoff_started"?',
    "webhooks.colour is not a known field and has no effect.",
    "trainingFilename has no effect on a flow here.",
  ]);
});

it("knows which fields only work for a flow", () => {
  expect(warned({ restoreFromStateId: "x" })).toEqual([]);
  expect(warned({ restoreFromStateId: "x" }, "crew")).toEqual(["restoreFromStateId has no effect on a crew here."]);
});

it("warns that inputs next to `inputs` have no effect, and names them", () => {
  const sentence = (name: string) =>
    `"${name}" is next to "inputs" and has no effect: send {"inputs": {"${name}": …}}.`;
  expect(warned({ version: "2", colour: "red" })).toEqual([sentence("version"), sentence("colour")]);
  expect(warned({ version: "2", inputs: null }, "crew")).toEqual([sentence("version")]);
  expect(warned({ version: "2", colour: "red", inputs: { log: "x" } })).toEqual([sentence("version")]);
  expect(warned({ version: "2", inputs: { version: "2" } })).toEqual([]);
});

it("names types that nothing emits, or no automation of its runtime", () => {
  const events = ["*", "llm_*", "a2a_context_*", "checkpoint_*", "a2a_*", "SIGTERM", "crew_train_started", "x_*"];
  expect(warned({ webhooks: { url, events } })).toEqual([
    '"a2a_context_*" is known from CrewAI, but nothing here emits it.',
    '"checkpoint_*" is emitted by automations in Python only.',
    '"a2a_*" is emitted by automations in Python only.',
    '"SIGTERM" is known from CrewAI, but nothing here emits it.',
    '"crew_train_started" is emitted by automations in Python only.',
  ]);
  expect(warned({ webhooks: { url, events } }, "crew", "python")).toEqual([
    '"a2a_context_*" is known from CrewAI, but nothing here emits it.',
    '"SIGTERM" is known from CrewAI, but nothing here emits it.',
  ]);
});

it("accepts AMP's fields in both casings", () => {
  const fields = ["taskWebhookUrl", "task_webhook_url", "generateArtifact", "conform_inputs", "crewai_trigger_payload"];
  expect(warned(Object.fromEntries(fields.map((field) => [field, ""])))).toEqual([]);
});

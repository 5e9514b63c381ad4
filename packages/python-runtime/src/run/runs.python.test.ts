import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  chatCompletions,
  eventProblems,
  providerServer,
  type Asked,
  type ProviderServer,
  type Scripted,
} from "@crewstream/crew/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PythonExecution, testPython } from "../testing/python-runs.ts";

/** Calls the offered tool once per question, then answers with its result. */
function obedient({ body }: Asked): Scripted {
  const messages = body["messages"] as { role: string; content: string }[];
  const last = messages.at(-1);
  const step = /Step (\w+)/.exec(JSON.stringify(messages))?.[1] ?? "none";
  if (Array.isArray(body["tools"]) && last?.role === "user") return { tool: "charge", args: { step } };
  return { text: `Answer: ${last?.content ?? ""}` };
}

describe.skipIf(testPython === "")("runs of Python projects", () => {
  let model: ProviderServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    model = await providerServer();
    env = { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: `${model.origin}/v1` };
  });
  afterAll(() => model?.[Symbol.asyncDispose]());

  test("a crew with its own tool", async () => {
    await using execution = await PythonExecution.of("charges");
    const ledger = join(execution.folder, "ledger");
    model.answer(chatCompletions, obedient);
    const outcome = await execution.run({ customer: "Ada" }, { env: { ...env, LEDGER: ledger } });
    expect(outcome).toMatchObject({
      state: "SUCCESS",
      result: "Answer: charged three",
      usage: { successful_requests: 6, total_tokens: 720 },
      tasks: [{ name: "one", output: "Answer: charged one" }, { name: "two" }, { name: "three", agent: "Ada's clerk" }],
    });
    expect(eventProblems(execution.events)).toEqual([]);
    expect((await readFile(ledger, "utf8")).trim().split("\n")).toHaveLength(3);
    const completed = execution.events.find(({ type }) => type === "crew_kickoff_completed");
    expect(completed?.data).toMatchObject({ token_usage: { total_tokens: 720 }, tasks_output: [{}, {}, {}] });
    const steps = execution.events.filter(({ type }) => type === "crew_step_completed");
    expect(steps.map(({ data }) => [data["step_index"], data["tool"], data["result"], data["output"]])).toEqual(
      ["one", "two", "three"].flatMap((step) => [
        [0, "charge", `charged ${step}`, null],
        [1, null, `Answer: charged ${step}`, `Answer: charged ${step}`],
      ]),
    );
  });

  test.each([1, 2, 3])("killed in the tool for the %i. time, no finished call is made again", async (dies) => {
    await using execution = await PythonExecution.of("charges");
    const ledger = join(execution.folder, "ledger");
    model.answer(chatCompletions, obedient);
    const lived = { ...env, LEDGER: ledger };
    const killed = execution.run({ customer: "Ada" }, { env: { ...lived, DIE_IN_TOOL: String(dies) } });
    await expect(killed).rejects.toThrow("was ended by SIGKILL");
    expect(await execution.run({ customer: "Ada" }, { env: lived })).toMatchObject({ state: "SUCCESS" });
    expect(eventProblems(execution.events)).toEqual([]);
    const charges = (await readFile(ledger, "utf8")).trim().split("\n");
    // The one that was running acts again, with the same key.
    expect(charges).toHaveLength(4);
    expect(new Set(charges).size).toBe(3);
    expect(model.asked).toHaveLength(6);
  });

  test.each(["llm_call_started", "tool_usage_finished", "task_completed"])(
    "killed at the second %s, it goes on with the same ids",
    async (at) => {
      await using execution = await PythonExecution.of("charges");
      const lived = { ...env, LEDGER: join(execution.folder, "ledger") };
      model.answer(chatCompletions, obedient);
      let seen = 0;
      const killed = execution.run(
        { customer: "Ada" },
        {
          env: lived,
          onEvent: ({ type }, child) => {
            if (type === at && (seen += 1) === 2) child.kill();
          },
        },
      );
      await expect(killed).rejects.toThrow("was ended by SIGKILL");
      expect(await execution.run({ customer: "Ada" }, { env: lived })).toMatchObject({ state: "SUCCESS" });
      expect(eventProblems(execution.events)).toEqual([]);
      expect(execution.types().filter((type) => type === "task_completed")).toHaveLength(3);
      // A task has one id, in whichever execution of the run its events were emitted.
      const ids = execution.events.map(({ data }) => [data["task_name"], data["task_id"]].join(" "));
      expect(new Set(ids.filter((id) => id.length > 36)).size).toBe(3);
      expect((await readFile(lived.LEDGER, "utf8")).trim().split("\n")).toHaveLength(3);
      // A response that was still being received when the process died was requested, and may be requested again.
      expect(model.asked.length - (at === "llm_call_started" ? 1 : 0)).toBeLessThanOrEqual(6);
    },
  );

  test("without a key, offline/demo answers", async () => {
    await using execution = await PythonExecution.of("charges");
    const outcome = await execution.run({ customer: "Ada" }, { env: { LEDGER: join(execution.folder, "ledger") } });
    expect(outcome).toMatchObject({
      state: "SUCCESS",
      result: expect.stringContaining("Step three: charge Ada") as string,
    });
    expect(eventProblems(execution.events)).toEqual([]);
    expect(await readFile(join(execution.folder, "ledger"), "utf8")).toContain("Step one: charge Ada");
  });

  test("events of custom types, from bare threads, with unusual values and of any size", async () => {
    await using execution = await PythonExecution.of("odd_events");
    expect(await execution.run({ many: 3 })).toMatchObject({ state: "SUCCESS", result: "measured" });
    expect(eventProblems(execution.events)).toEqual([]);
    const own = execution.events.filter(({ type }) => type.startsWith("measured"));
    expect(own.map(({ type }) => type).join(" ")).toBe("measured measured measured_later measured measured measured");
    expect(own[0]?.data["value"]).toEqual({ when: "2026-01-02T00:00:00.000Z" });
    expect(own[1]?.data["value"]).toEqual([null, [1, 3], "[3 bytes]", "?", "a\u2028b", { name: "OddFlow" }]);
    expect(String(own[2]?.data["value"])).toMatch(/^x+… \[cut: 3000000 characters\]$/);
    expect(execution.printed.join("")).toContain("printed by the project");
    expect(execution.printed.join("")).toContain("to stderr");
  });
});

import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { chatCompletions, eventProblems, providerServer, type ProviderServer } from "@crewstream/crew/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Launcher } from "../child/launcher.ts";
import { PythonExecution } from "../testing/python-runs.ts";

/** Virtual environments with other versions of Python and crewai, separated by colons. */
const venvs = (process.env["TEST_PYTHON_VENVS"] ?? "").split(":").filter((path) => path !== "");

/** Fields that an older library does not fill in are no problem; scopes that do not close are. */
function structuralProblems({ events }: PythonExecution): string[] {
  return eventProblems(events).filter((problem) => !problem.includes('"code": "invalid_'));
}

describe.skipIf(venvs.length === 0)("other versions of crewai and Python", () => {
  let model: ProviderServer;
  let launcher: Launcher;
  beforeAll(async () => {
    model = await providerServer();
    // Some versions start threads when they are imported and cannot be forked; each of their runs starts a process.
    launcher = new Launcher({
      dataDir: join(tmpdir(), "crewstream-versions"),
      path: "/usr/bin:/bin",
      fork: true,
      warn: () => undefined,
    });
  });
  afterAll(async () => {
    launcher?.[Symbol.dispose]();
    await model?.[Symbol.asyncDispose]();
  });

  test.each(venvs.map((path) => [basename(path), join(path, "bin/python")]))("%s", async (_, python) => {
    await using crew = await PythonExecution.of("charges", python);
    const env = { OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: `${model.origin}/v1`, LEDGER: join(crew.folder, "l") };
    model.answer(chatCompletions, ({ body }) => {
      const messages = JSON.stringify(body["messages"]);
      if (body["tools"] !== undefined && !messages.includes('"role":"tool"'))
        return { tool: "charge", args: { step: "x" } };
      if (messages.includes("Action Input") && !messages.includes("Observation: charged")) {
        return { text: 'Thought: charge\nAction: charge\nAction Input: {"step": "x"}' };
      }
      return { text: "Thought: I now know the final answer\nFinal Answer: charged" };
    });
    const done = await crew.run({ customer: "Ada" }, { env, host: { launcher } });
    if (done.state === "FAILED") throw new Error(done.error);
    expect(done).toMatchObject({ state: "SUCCESS", tasks: [{ name: "one" }, { name: "two" }, { name: "three" }] });
    expect(structuralProblems(crew)).toEqual([]);
    expect(crew.types().filter((type) => type === "task_completed")).toHaveLength(3);
    // Run again against its journal, it asks no model and uses no tool again.
    const asked = model.asked.length;
    expect(await crew.run({ customer: "Ada" }, { env, host: { launcher } })).toMatchObject({ state: "SUCCESS" });
    expect(model.asked).toHaveLength(asked);

    await using flow = await PythonExecution.of("routed_flow", python);
    expect(await flow.run({ words: 7 }, { env, host: { launcher } })).toMatchObject({
      state: "SUCCESS",
      result: "count shorten publish",
    });
    expect(structuralProblems(flow)).toEqual([]);
    expect(flow.types().at(-1)).toBe("flow_finished");
  });
});

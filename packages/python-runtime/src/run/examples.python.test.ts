import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PausedOutcome } from "@crewstream/contracts";
import { eventProblems } from "@crewstream/crew/testing";
import { describe, expect, test } from "vitest";
import { PythonExecution, testPython } from "../testing/python-runs.ts";

const example = (name: string): string => new URL(`../../../../examples/${name}`, import.meta.url).pathname;

describe.skipIf(testPython === "")("the examples in Python, without a key", () => {
  test("a crew with a tool of its own writes its report", async () => {
    await using execution = await PythonExecution.of(example("team_report"));
    const inputs = { team: "the geese", notes: "nest done; eggs half done; pond waits for rain", year: "2026" };
    expect(await execution.run(inputs)).toMatchObject({ state: "SUCCESS", tasks: [{ name: "read_task" }, {}] });
    const used = execution.events.find(({ type }) => type === "tool_usage_finished");
    expect(used?.data).toMatchObject({
      tool_name: "notes_by_state",
      output: expect.stringContaining('"blocked": ["pond waits for rain') as string,
    });
    expect(await readFile(join(execution.folder, "run/report.md"), "utf8")).toContain("the geese");
    expect(eventProblems(execution.events)).toEqual([]);
  });

  test.each([
    ["approved", { to: "Bo", text: expect.stringContaining("Bo, who asks: Why?") as string }],
    ["rejected", { discarded: "too long" }],
  ])("a flow pauses for a person: %s", async (outcome, result) => {
    await using execution = await PythonExecution.of(example("support_reply"));
    const inputs = { customer: "Bo", question: "Why?" };
    const paused = (await execution.run(inputs)) as PausedOutcome;
    expect(paused).toMatchObject({ state: "PAUSED", pending: [{ message: "Send this reply?", step: "review" }] });
    const answer = { feedback: "too long", approved: null, at: "2026-01-01T00:00:00Z", source: null, timedOut: false };
    execution.rows.set(paused.pending[0]!.path, { kind: "human", value: { ...answer, outcome } });
    expect(await execution.run(inputs)).toMatchObject({ state: "SUCCESS", result });
    expect(eventProblems(execution.events)).toEqual([]);
  });
});

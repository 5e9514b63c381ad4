import { readFile } from "node:fs/promises";
import type { CrewOutput } from "@crewstream/crew";
import { eventProblems, linesOf, type RecordedLine, scriptedModel, testContext } from "@crewstream/crew/testing";
import { expect, test } from "vitest";
import { recordedCrew } from "../testing/recorded-crew.ts";

/** What CrewAI 1.15.30 did with these tasks and answers: events as `number type parent start`, and their fields. */
interface Recorded {
  tasks: Record<string, unknown>[];
  answers: string[];
  result: string;
  outputs: Record<string, unknown>[];
  events: RecordedLine[];
}

const recorded = JSON.parse(
  await readFile(new URL("fixtures/crewai-conditional.json", import.meta.url), "utf8"),
) as Record<string, Recorded>;

/** Where ours differs on purpose: an output without text leaves no separator in the context of later tasks. */
function expected({ events }: Recorded): RecordedLine[] {
  return events.map(([line, data]) => {
    const context = data?.["context"];
    return typeof context === "string"
      ? [line, { ...data, context: context.replace(/\n\n-{10}\n\n$/, "") }]
      : data === undefined
        ? [line]
        : [line, data];
  });
}

test.each(Object.entries(recorded))("like CrewAI: %s", async (_, scenario) => {
  const { answers, result, outputs } = scenario;
  const { crew, findings } = await recordedCrew(scenario.tasks, scriptedModel(answers));
  expect(findings).toEqual([]);
  const context = testContext();
  const outcome = await crew.run(context);
  const { events } = context.sink;
  expect(eventProblems(events)).toEqual([]);
  const wanted = expected(scenario);
  expect(linesOf(events, wanted)).toEqual(wanted);
  expect(outcome).toMatchObject({ state: "SUCCESS", result });
  const completed = events.at(-1)!.data as unknown as Pick<CrewOutput, "tasks_output">;
  expect(completed.tasks_output).toMatchObject(outputs);
});

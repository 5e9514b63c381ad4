import type { Crew } from "@crewstream/crew";
import { expect, test } from "vitest";
import { readProject } from "../load-project.ts";
import { soundCrew, testProject } from "../testing/test-project.ts";

test("is read from a project; a format without a date is reported", async () => {
  const agent = {
    ...soundCrew["agents/writer.json"],
    system_template: "s",
    prompt_template: "p",
    response_template: "r",
  };
  const files = (date_format: string) => ({
    ...soundCrew,
    "agents/writer.json": { ...agent, inject_date: true, date_format },
  });
  await using project = await testProject(files("%d.%m.%Y"));
  const { automation, findings } = await readProject(project.dir);
  expect(findings).toEqual([]);
  expect((automation as Crew).definition.agents["writer"]).toMatchObject({
    systemTemplate: "s",
    promptTemplate: "p",
    responseTemplate: "r",
    dateFormat: "%d.%m.%Y",
  });
  await using wrong = await testProject(files("%d %Q"));
  expect((await readProject(wrong.dir)).findings).toMatchObject([{ message: expect.stringContaining("%Q") as string }]);
  await using none = await testProject(files("today"));
  expect((await readProject(none.dir)).findings).toMatchObject([
    { message: expect.stringContaining("no date") as string },
  ]);
});

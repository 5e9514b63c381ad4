import { expect, test } from "vitest";
import { Findings, findingText } from "./finding.ts";
import { checkProject } from "./load-project.ts";

const fixture = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).pathname;

test.each(["wrong_crew", "wrong_flow"])("%s: everything is found at once, with its location", async (name) => {
  const findings = await checkProject(fixture(name));
  const lines = findings.map((finding) => `${finding.severity} ${findingText(finding)}`);
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(fixture(`${name}.findings.txt`));
});

test("a folder without a project, or a missing one, is a finding", async () => {
  expect(await checkProject(fixture(""))).toMatchObject([
    { severity: "error", message: expect.stringContaining("not a CrewAI project") as string },
  ]);
  expect(await checkProject(fixture("none"))).toMatchObject([
    { severity: "error", message: expect.stringContaining("ENOENT") as string },
  ]);
});

test("beyond two hundred, findings are counted, and an error among them still counts as one", () => {
  const findings = new Findings();
  for (let index = 0; index < 200; index += 1) findings.warning(`file:${index}`, "odd");
  expect(findings.failed).toBe(false);
  findings.error("file", "wrong");
  expect(findings.failed).toBe(true);
  expect(findings.list()).toHaveLength(201);
  expect(findings.list().at(-1)).toMatchObject({
    severity: "error",
    message: expect.stringMatching(/^1 more/) as string,
  });
});

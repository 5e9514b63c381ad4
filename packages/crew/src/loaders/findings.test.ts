import { expect, test } from "vitest";
import { findingText } from "./finding.ts";
import { checkProject } from "./load-project.ts";

const fixture = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).pathname;

test.each(["wrong_crew", "wrong_flow", "wrong_classic"])(
  "%s: everything is found at once, at its place",
  async (name) => {
    const findings = await checkProject(fixture(name));
    const lines = findings.map((finding) => `${finding.severity} ${findingText(finding)}`);
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(fixture(`${name}.findings.txt`));
  },
);

test("a folder that holds no project, or is not there, is a finding", async () => {
  expect(await checkProject(fixture(""))).toMatchObject([
    { severity: "error", message: expect.stringContaining("no CrewAI project") as string },
  ]);
  expect(await checkProject(fixture("none"))).toMatchObject([
    { severity: "error", message: expect.stringContaining("ENOENT") as string },
  ]);
});

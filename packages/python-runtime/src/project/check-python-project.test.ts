import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findPython } from "../environment/find-uv.ts";
import { checkPythonProject } from "./check-python-project.ts";

const { env } = process;
const python = await findPython({ env });

async function project(text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "crewstream-check-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, "team.py"), text);
  return dir;
}

test.skipIf(python === undefined)("a project's target is checked without its environment, by any Python", async () => {
  expect(await checkPythonProject(await project("from crewai import Crew\nteam = Crew()\n"), env)).toEqual([]);
  const old = "from crewai import Crew\nfrom crewai_tools import BaseTool\nteam = Crew()\n";
  expect(await checkPythonProject(await project(old), env)).toMatchObject([
    {
      path: "team.py:2",
      severity: "warning",
      message: expect.stringContaining("from crewai.tools import BaseTool") as string,
    },
  ]);
  const asks = await project('from crewai import Crew\nteam = Crew()\ntopic = input("Topic? ")\n');
  expect(await checkPythonProject(asks, env)).toMatchObject([
    { severity: "error", message: expect.stringContaining("team.py:3 asks for input") as string },
  ]);
});

test("without a Python on the PATH it reports that nothing was checked", async () => {
  expect(await checkPythonProject("/nowhere", { PATH: "" })).toMatchObject([
    { severity: "warning", message: expect.stringContaining("no Python 3.10 or newer") as string },
  ]);
});

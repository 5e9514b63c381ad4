import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isPythonProject } from "./is-python-project.ts";

const depends = '[project]\nname = "x"\ndependencies = ["crewai[tools]>=1"]\n';

test.each<[string, boolean, Record<string, string>]>([
  ["a flow in Python", true, { "pyproject.toml": depends, "src/x/main.py": "" }],
  ["a script without a pyproject", true, { "app/run.py": "import crewai\n" }],
  ["requirements", true, { "requirements.txt": "crewai==1.15\n", "main.py": "" }],
  ["a declared crew with its pyproject", false, { "pyproject.toml": depends, "crew.jsonc": "{}", "tools/x.py": "" }],
  [
    "a declared crew that wants Python",
    true,
    { "pyproject.toml": '[tool.crewstream]\nruntime = "python"\n', "crew.jsonc": "{}" },
  ],
  [
    "a definition elsewhere",
    false,
    { "pyproject.toml": `${depends}[tool.crewai]\ntype = "flow"\ndefinition = "f.yaml"\n`, "a.py": "" },
  ],
  [
    "a definition of something else",
    true,
    { "pyproject.toml": `${depends}[tool.other]\ndefinition = "x"\n[tool.crewai]\ntype = "crew"\n`, "a.py": "" },
  ],
  ["Python without crewai", false, { "main.py": "import flask\n" }],
  [
    "crewai in a virtual environment only",
    false,
    { "env/pyvenv.cfg": "", "env/lib/a.py": "import crewai\n", "b.py": "" },
  ],
  ["a TypeScript folder", false, { "index.ts": "" }],
])("%s: %s", async (_, expected, files) => {
  const folder = await mkdtemp(join(tmpdir(), "crewstream-detect-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  expect(await isPythonProject(folder)).toBe(expected);
});

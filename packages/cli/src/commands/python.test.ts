import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { processIo } from "../output/io.ts";
import { createProgram } from "../program.ts";

/** Stands in for uv: writes down what it was asked, and makes the environment that was asked for. */
const fakeUv = `#!/bin/sh
echo "$@" >> "$UV_ASKED"
if [ "$1" = venv ]; then
  for folder in "$@"; do :; done
  mkdir -p "$folder/bin" && touch "$folder/bin/python"
fi
case "$*" in
  *requirements.txt | *crewai* | sync*)
    mkdir -p "$UV_PROJECT_ENVIRONMENT/lib/python3.12/site-packages/crewai-\${CREWAI:-1.15.30}.dist-info" ;;
esac
`;

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "crewstream-sync-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, "bin"));
  await writeFile(join(dir, "bin/uv"), fakeUv);
  await chmod(join(dir, "bin/uv"), 0o755);
  for (const name of ["locked", "listed"]) {
    await mkdir(join(dir, "automations", name), { recursive: true });
    await writeFile(join(dir, "automations", name, "main.py"), "import crewai\n");
  }
  await writeFile(join(dir, "automations/locked/uv.lock"), "");
  await writeFile(join(dir, "automations/requirements.txt"), "crewai\n");
  await mkdir(join(dir, "automations/other"));
  return dir;
}

async function run(
  dir: string,
  args: string[],
  more: Record<string, string> = {},
): Promise<{ written: string; asked: string[] }> {
  let written = "";
  const env = {
    PATH: `${join(dir, "bin")}:/usr/bin:/bin`,
    AUTOMATIONS_DIR: join(dir, "automations"),
    PYTHON_DIR: join(dir, "python"),
    UV_ASKED: join(dir, "asked"),
    ...more,
  };
  const io = { ...processIo(), env, write: (text: string) => void (written += text), remark: () => undefined };
  await createProgram(io).parseAsync(["node", "crewstream", "python", "sync", ...args]);
  return { written, asked: (await readFile(env.UV_ASKED, "utf8")).trim().split("\n") };
}

test("python sync builds each project's environment from what it has: its lock, or requirements beside it", async () => {
  const { written, asked } = await run(await folder(), ["--all"]);
  expect(written).toMatch(/listed: crewai 1\.15\.30 in .*\/environments\/listed-\w{8}\/bin\/python/);
  expect(written).toMatch(/locked: crewai 1\.15\.30/);
  expect(asked.some((line) => line.startsWith("sync --frozen --compile-bytecode"))).toBe(true);
  expect(asked.find((line) => line.startsWith("pip install"))).toMatch(/--compile-bytecode .* -r .*requirements\.txt$/);
});

test("a pyproject.toml without crewai is completed by requirements.txt, or by crewai itself", async () => {
  const dir = await folder();
  await writeFile(join(dir, "automations/listed/pyproject.toml"), "[project]\nname = 'x'\n");
  const installed = async () =>
    (await run(dir, ["listed"])).asked.filter((line) => line.startsWith("pip")).map((line) => line.split("/").at(-1));
  expect((await installed()).slice(-2)).toEqual(["python -r pyproject.toml", "requirements.txt"]);
  await rm(join(dir, "automations/requirements.txt"));
  expect((await installed()).slice(-2)).toEqual(["python -r pyproject.toml", "python crewai[tools]"]);
});

test("a name that is no Python project is refused with those that are", async () => {
  await expect(run(await folder(), ["other"])).rejects.toThrow(/There is no project other. Projects: listed, locked/);
});

test("an environment with a crewai that is too old is refused, and the one before stays", async () => {
  const dir = await folder();
  await run(dir, ["locked"]);
  await expect(run(dir, ["locked"], { CREWAI: "0.86.0" })).rejects.toThrow(/crewai 0\.86\.0 is too old: .* 0\.105/);
  const [kept = "", ...others] = await readdir(join(dir, "python/environments"));
  expect(others).toEqual([]);
  const site = join(dir, "python/environments", kept, "lib/python3.12/site-packages");
  expect(await readdir(site)).toEqual(["crewai-1.15.30.dist-info"]);
});

import { access, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { findPython, syncEnvironment } from "@crewstream/python-runtime";
import type { TestProject } from "vitest/node";
import { pythonTools } from "../support/python-tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The virtual environment with crewai; empty if this machine has no Python that is new enough. */
    pythonVenv: string;
    /** The folder with pytest, ruff and mypy. */
    pythonTools: string;
  }
}

const root = new URL("../..", import.meta.url).pathname;
const tools = ["pytest==9.2.0", "ruff==0.17.6", "mypy==2.4.1"];

/**
 * Gives the Python tests an environment with crewai, built once under `.crewstream`, or the one that
 * `TEST_PYTHON_VENV` names. Without Python they are skipped, except in CI.
 */
export default async function setup(project: TestProject): Promise<void> {
  const env = { ...process.env };
  // It would make every start in a test compile crewai again: 14 s of CPU instead of 8.
  delete env["PYTHONDONTWRITEBYTECODE"];
  delete process.env["PYTHONDONTWRITEBYTECODE"];
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if ((await findPython({ env })) === undefined) {
    if (process.env["CI"] !== undefined) throw new Error("The Python tests need Python 3.10 or newer on the PATH.");
    say("Skipped the Python tests: there is no Python 3.10 or newer on the PATH.");
    project.provide("pythonVenv", "");
    project.provide("pythonTools", "");
    return;
  }
  const dataDir = resolve(root, ".crewstream/test-python");
  const options = { dataDir, env, say };
  project.provide("pythonVenv", process.env["TEST_PYTHON_VENV"] ?? (await environment(options)));
  project.provide("pythonTools", (await pythonTools("tools", tools)) ?? "");
}

type Options = Parameters<typeof syncEnvironment>[1];

async function environment(options: Options): Promise<string> {
  const project = join(root, "test/fixtures/python/environment");
  const wanted = await readFile(join(project, "requirements.txt"), "utf8");
  const stamp = join(options.dataDir, "environment.json");
  const made = await readFile(stamp, "utf8").catch(() => "{}");
  const known = JSON.parse(made) as { wanted?: string; venv?: string };
  if (known.wanted === wanted && known.venv !== undefined && (await exists(join(known.venv, "bin/python")))) {
    return known.venv;
  }
  options.say("Setting up the environment of the Python tests, once: crewai and what it needs, about 900 MB.");
  const { python } = await syncEnvironment(project, { ...options, say: () => undefined });
  const venv = resolve(python, "../..");
  await writeFile(stamp, JSON.stringify({ wanted, venv }));
  return venv;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

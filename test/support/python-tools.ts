import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const home = new URL("../../.crewstream/test-tools/", import.meta.url).pathname;

/**
 * The folder with the commands of packages from PyPI, pinned; installed once in `.crewstream/` and then kept. Undefined,
 * and a line on stderr says so, where there is no Python 3.10 or newer or PyPI is out of reach. Under `CI` that is an
 * error: there the tests that need them must not be skipped.
 */
export async function pythonTools(packages: readonly string[]): Promise<string | undefined> {
  const name = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 12);
  const folder = join(home, name);
  const complete = join(folder, "complete");
  try {
    if (!existsSync(complete)) {
      await install(folder, packages);
      await writeFile(complete, packages.join("\n"));
    }
    return join(folder, "bin");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim().split("\n").at(-1) : cause;
    const what = `${packages.join(", ")} cannot be used: ${String(reason)}`;
    if (process.env["CI"] !== undefined) throw new Error(what, { cause });
    process.stderr.write(`skipped: ${what}\n`);
    return undefined;
  }
}

/** With uv where it is there (1 s), else with what Python brings (45 s). */
async function install(folder: string, packages: readonly string[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await run("python3", ["-c", "import sys; sys.exit(None if sys.version_info >= (3, 10) else 'Python is too old')"]);
  const python = join(folder, "bin/python");
  try {
    await run("uv", ["venv", "--quiet", folder]);
    await run("uv", ["pip", "install", "--quiet", "--python", python, ...packages]);
  } catch {
    await run("python3", ["-m", "venv", "--clear", folder]);
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages]);
  }
}

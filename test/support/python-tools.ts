import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { findPython, findUv } from "@crewstream/python-runtime";

const run = promisify(execFile);
const dataDir = resolve(new URL("../..", import.meta.url).pathname, ".crewstream/test-python");

/**
 * The folder with the commands of packages from PyPI, pinned; installed once under `.crewstream/` and then kept.
 * Undefined, with a line on stderr, if there is no Python 3.10 or newer. Under `CI` that is an error: there the tests
 * that need them must not be skipped.
 * @param folderName of their environment
 */
export async function pythonTools(folderName: string, packages: readonly string[]): Promise<string | undefined> {
  const { env } = process;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if ((await findPython({ env })) === undefined) {
    const needed = `${packages.join(", ")}: there is no Python 3.10 or newer on the PATH`;
    if (env["CI"] !== undefined) throw new Error(`Tests need ${needed}.`);
    say(`Skipped the tests with ${needed}.`);
    return undefined;
  }
  const folder = join(dataDir, folderName);
  const marker = join(folder, packages.join("+"));
  if (!existsSync(marker)) {
    await mkdir(dataDir, { recursive: true });
    const uv = await findUv({ dataDir, env, say });
    await run(uv, ["venv", "--quiet", "--clear", folder], { env });
    await run(uv, ["pip", "install", "--quiet", "--python", join(folder, "bin/python"), ...packages], { env });
    await writeFile(marker, "");
  }
  return join(folder, "bin");
}

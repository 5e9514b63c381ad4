import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";

const run = promisify(execFile);
const cwd = fileURLToPath(new URL("../python", import.meta.url));
const tools = inject("pythonTools");

test.skipIf(tools === "").each([
  ["pytest", ["-q", "-p", "no:cacheprovider"], "passed"],
  ["ruff", ["check", "--no-cache", "."], "All checks passed"],
  ["ruff", ["format", "--no-cache", "--check", "."], "already formatted"],
  ["mypy", ["--cache-dir", "/dev/null", "crewstream", "tests"], "no issues found"],
])("%s %j", async (tool, args, expected) => {
  const { stdout } = await run(join(tools, tool), args, { cwd }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${tool} failed:\n${stdout}${stderr}`);
  });
  expect(stdout).toContain(expected);
});

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a command line ended. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** Runs `crewstream ARGS` to its end, in a folder without a `.env`; its environment is `env` and a PATH. */
export function crewstream(
  args: readonly string[],
  env: Record<string, string>,
  { cwd, stdin = "" }: { cwd: string; stdin?: string },
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { cwd, env: { PATH: process.env["PATH"], ...env } });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
    child.stdin.end(stdin);
  });
}

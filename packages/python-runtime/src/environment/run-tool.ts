import { spawn } from "node:child_process";
import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";

/** How much of a tool's output is shown when it fails. */
const maxTail = 4000;

/**
 * Runs a program to its end and returns its stdout. Each line of its progress goes to `say`.
 * @throws AppError `configuration` with the end of its output if it fails or does not exist
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: Readonly<Record<string, string | undefined>>; say?: (line: string) => void },
): Promise<string> {
  const { cwd, env, say } = options;
  const child = spawn(command, args, { ...(cwd === undefined ? {} : { cwd }), env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let tail = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk;
  });
  let begun = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    tail = (tail + chunk).slice(-maxTail);
    const lines = (begun + chunk).split(/[\r\n]+/);
    begun = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") say?.(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).catch((error: unknown) => {
    throw new AppError(`${command} cannot be started: ${errorMessage(error)}`, { code: ErrorCode.configuration });
  });
  if (code === 0) return out;
  const said = (tail || out).trim();
  throw new AppError(`${[command, ...args].join(" ")} failed:\n${said}`, { code: ErrorCode.configuration });
}

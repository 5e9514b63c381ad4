import type { Command } from "commander";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../output/io.ts";
import { oneLine } from "../output/table.ts";
import { writeJson } from "./api-command.ts";

interface Finding {
  path: string;
  severity: "error" | "warning";
  message: string;
  hint?: string;
}

/** `crewstream check DIR…`: everything that is wrong with CrewAI projects, at once; exit code 1 when they would not load. */
export function addCheckCommand(program: Command, io: Io): void {
  program
    .command("check [dirs...]")
    .description("List all errors and warnings of CrewAI projects, without running their code")
    .option("--json", "print JSON")
    .action(async (dirs: string[], options: { json?: boolean }) => {
      const checked = [];
      for (const dir of dirs.length === 0 ? ["."] : dirs) checked.push({ dir, findings: await check(dir, io) });
      if (options.json === true) writeJson(io, checked);
      else io.write(checked.map(({ dir, findings }) => describe(dir, findings, io)).join("\n"));
      const failed = checked.some(({ findings }) => findings.some(({ severity }) => severity === "error"));
      if (failed) process.exitCode = ExitCode.failed;
    });
}

/** The runtimes with their model layers are large, and no other command needs both. */
async function check(dir: string, { env }: Io): Promise<Finding[]> {
  const { checkPythonProject, isPythonProject } = await import("@crewstream/python-runtime");
  if (await isPythonProject(dir)) return checkPythonProject(dir, env);
  const { checkProject } = await import("@crewstream/crewai-project");
  return checkProject(dir);
}

/** A folder's findings, a line for each, and what they come to. */
function describe(dir: string, findings: readonly Finding[], { paint }: Io): string {
  const lines = findings.map(({ path, severity, message, hint }) => {
    const mark = severity === "error" ? paint("red", "✗") : paint("yellow", "!");
    const advice = hint === undefined ? "" : `\n    ${paint("gray", oneLine(hint))}`;
    return `${mark} ${paint("bold", oneLine(path))}  ${oneLine(message)}${advice}\n`;
  });
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const verdict = errors > 0 ? `${errors} errors: it will not be served` : "it can be served";
  return `${lines.join("")}${dir}: ${verdict}\n`;
}

import type { Command } from "commander";
import type { Finding } from "../doctor/finding.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../output/io.ts";
import { writeJson } from "./api-command.ts";

const marks = { ok: ["green", "✓"], warn: ["yellow", "!"], bad: ["red", "✗"] } as const;

/** `crewstream doctor`: what is wrong and how to mend it; exit code 1 when something is bad. */
export function addDoctorCommand(program: Command, io: Io): void {
  program
    .command("doctor")
    .description("Look at Redis, secrets, workers and the API: what is wrong, and how to mend it")
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => {
      // Loaded when asked for: a Redis client is none of the other commands' business.
      const { examine } = await import("../doctor/examine.ts");
      const findings = await examine(io.env);
      if (options.json === true) writeJson(io, findings);
      else io.write(findings.map((each) => describe(each, io)).join(""));
      if (findings.some(({ state }) => state === "bad")) process.exitCode = ExitCode.failed;
    });
}

function describe({ what, state, found, mend }: Finding, { paint }: Io): string {
  const [style, mark] = marks[state];
  const line = `${paint(style, mark)} ${what.padEnd(18)} ${found}\n`;
  return mend === undefined ? line : `${line}  ${" ".repeat(18)} ${paint(style, mend)}\n`;
}

import type { Command } from "commander";
import type { Finding } from "../doctor/finding.ts";
import { ExitCode } from "../exit-codes.ts";
import type { Io } from "../output/io.ts";
import { writeJson } from "./api-command.ts";

const marks = { ok: ["green", "✓"], warn: ["yellow", "!"], bad: ["red", "✗"] } as const;

/** `crewstream doctor`: what is wrong and how to fix it; exit code 1 when a finding is bad. */
export function addDoctorCommand(program: Command, io: Io): void {
  program
    .command("doctor")
    .description("Check Redis, secrets, workers and the API, and say how to fix what is wrong")
    .option("--json", "print JSON")
    .action(async (options: { json?: boolean }) => {
      // Loaded on demand: no other command needs a Redis client.
      const { examine } = await import("../doctor/examine.ts");
      const findings = await examine(io.env);
      if (options.json === true) writeJson(io, findings);
      else io.write(findings.map((each) => describe(each, io)).join(""));
      if (findings.some(({ state }) => state === "bad")) process.exitCode = ExitCode.failed;
    });
}

function describe({ what, state, found, fix }: Finding, { paint }: Io): string {
  const [style, mark] = marks[state];
  const line = `${paint(style, mark)} ${what.padEnd(18)} ${found}\n`;
  return fix === undefined ? line : `${line}  ${" ".repeat(18)} ${paint(style, fix)}\n`;
}

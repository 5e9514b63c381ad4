import { AppError, ErrorCode, errorMessage } from "@crewstream/contracts";
import { exitConfiguration } from "@crewstream/service";
import type { Command } from "commander";

/** Runs a command line; an error becomes its sentence on stderr and an exit code: 78 for configuration, else 1. */
export async function run(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    // What is expected has a sentence for its reader; anything else is a bug, whose stack is needed.
    const text = AppError.is(error) ? error.message : error instanceof Error ? error.stack : errorMessage(error);
    process.stderr.write(`\n${text ?? errorMessage(error)}\n`);
    process.exitCode = AppError.is(error, ErrorCode.configuration) ? exitConfiguration : 1;
  }
}

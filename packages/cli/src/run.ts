import { AppError, errorMessage } from "@crewstream/contracts";
import { CommanderError, type Command } from "commander";
import { exitCodeOf, ExitCode } from "./exit-codes.ts";

/** Runs a command line; an error becomes a message on stderr and an exit code. */
export async function run(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has already printed the help or the error.
      process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
      return;
    }
    // Expected errors have a message for the user; anything else is a bug, whose stack is needed.
    const text = AppError.is(error) ? error.message : error instanceof Error ? error.stack : errorMessage(error);
    process.stderr.write(`${text ?? errorMessage(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

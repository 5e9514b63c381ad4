import { Argument, type Command } from "commander";
import { completionScript, shells, type CommandNode, type Shell } from "../completion/scripts.ts";
import type { Io } from "../output/io.ts";

/** `crewstream completion SHELL`: a script that completes commands and options. */
export function addCompletionCommand(program: Command, io: Io): void {
  program
    .command("completion")
    .description("Print a completion script, e.g. source <(crewstream completion bash)")
    .addArgument(new Argument("<shell>").choices(shells))
    .action((shell: Shell) => io.write(completionScript(shell, describe(program))));
}

/** The program's commands and options as plain data. */
function describe(command: Command): CommandNode {
  return {
    name: command.name(),
    description: command.description(),
    options: [...command.options.map((option) => option.long).filter((name) => name !== undefined), "--help"],
    commands: command.commands.map(describe),
  };
}

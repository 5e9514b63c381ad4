import { Command } from "commander";
import { addSecretsCommand } from "./commands/secrets.ts";
import { addStartCommand } from "./commands/start.ts";

/** The commands of `crewstream`. */
export function createProgram(): Command {
  const program = new Command("crewstream")
    .description("Runs AI crews and flows behind a REST kickoff API and streams every event of a run to webhooks")
    .showHelpAfterError()
    .showSuggestionAfterError();
  addStartCommand(program);
  addSecretsCommand(program);
  return program;
}

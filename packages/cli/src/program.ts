import { Command } from "commander";
import { addAnswerCommand } from "./commands/answer.ts";
import { addAutomationsCommand } from "./commands/automations.ts";
import { addCancelCommand } from "./commands/cancel.ts";
import { addCheckCommand } from "./commands/check.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addDeliveriesCommand } from "./commands/deliveries.ts";
import { addDeliveryCommand } from "./commands/delivery.ts";
import { addDiscardCommand } from "./commands/discard.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEndpointsCommand, addPauseCommand, addResumeCommand } from "./commands/endpoints.ts";
import { addEventsCommand } from "./commands/events.ts";
import { addExecutionsCommand } from "./commands/executions.ts";
import { addKickoffCommand } from "./commands/kickoff.ts";
import { addListenCommand } from "./commands/listen.ts";
import { addMemoryCommand } from "./commands/memory.ts";
import { addPythonCommand } from "./commands/python.ts";
import { addQuestionsCommand } from "./commands/questions.ts";
import { addReplayCommand } from "./commands/replay.ts";
import { addRetryCommand } from "./commands/retry.ts";
import { addSecretsCommand } from "./commands/secrets.ts";
import { addStartCommand } from "./commands/start.ts";
import { addStatsCommand } from "./commands/stats.ts";
import { addStatusCommand } from "./commands/status.ts";
import { exitCodeHelp } from "./exit-codes.ts";
import { processIo, type Io } from "./output/io.ts";

/** The commands of `crewstream`. */
export function createProgram(io: Io = processIo()): Command {
  const program = new Command("crewstream")
    .description("Runs AI crews and flows behind a REST kickoff API and streams every event of a run to webhooks")
    .showHelpAfterError("(see crewstream help COMMAND)")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: io.write, writeErr: io.remark })
    .addHelpText("after", exitCodeHelp);
  addStartCommand(program);
  for (const add of [
    addAutomationsCommand,
    addKickoffCommand,
    addStatusCommand,
    addEventsCommand,
    addQuestionsCommand,
    addAnswerCommand,
    addCancelCommand,
    addExecutionsCommand,
    addDeliveriesCommand,
    addDeliveryCommand,
    addRetryCommand,
    addDiscardCommand,
    addReplayCommand,
    addEndpointsCommand,
    addPauseCommand,
    addResumeCommand,
    addMemoryCommand,
    addStatsCommand,
    addCheckCommand,
    addPythonCommand,
    addListenCommand,
    addDoctorCommand,
    addSecretsCommand,
    addCompletionCommand,
  ]) {
    add(program, io);
  }
  return program;
}

import { resumeResponseSchema } from "@crewstream/contracts";
import { Option, type Command } from "commander";
import type { Io } from "../output/io.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

interface AnswerOptions extends ApiOptions {
  approve?: boolean;
  reject?: boolean;
  task?: string;
}

/** `crewstream answer ID [TEXT]`: says what a run waits for. Without a flag the text decides, as with `POST /resume`. */
export function addAnswerCommand(program: Command, io: Io): void {
  withApiOptions(program.command("answer <id> [text]").description("Answer what a run waits for a person to say"))
    .option("--approve", "accept what is shown")
    .addOption(new Option("--reject", "send it back, with the text as feedback").conflicts("approve"))
    .option("--task <name>", "which question: its task, its method or its id (default: the only one)")
    .action(async (id: string, text: string | undefined, options: AnswerOptions) => {
      const client = await connect(options, io);
      const approval = options.approve === true ? true : options.reject === true ? false : undefined;
      const body = { execution_id: id, task_id: options.task, human_feedback: text ?? "", is_approve: approval };
      const answer = await client.post("/resume", body, resumeResponseSchema);
      if (options.json === true) return writeJson(io, answer);
      io.write(`${answer.execution_id} ${answer.status === "retrying" ? "does the work again" : "goes on"}\n`);
      return undefined;
    });
}

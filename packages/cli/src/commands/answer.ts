import { AppError, ErrorCode, humanRequestsPageSchema, resumeResponseSchema } from "@crewstream/contracts";
import { Option, type Command } from "commander";
import type { ApiClient } from "../api/api-client.ts";
import { query } from "../api/paths.ts";
import type { Io } from "../output/io.ts";
import { connect, withApiOptions, writeJson, type ApiOptions } from "./api-command.ts";

interface AnswerOptions extends ApiOptions {
  approve?: boolean;
  reject?: boolean;
  outcome?: string;
  task?: string;
}

/** `crewstream answer ID [TEXT]`: answers a human-input request. Without a flag the text decides, as with `POST /resume`. */
export function addAnswerCommand(program: Command, io: Io): void {
  withApiOptions(program.command("answer <id> [text]").description("Answer a pending human-input request"))
    .option("--approve", "approve")
    .addOption(new Option("--reject", "reject, with the text as feedback").conflicts("approve"))
    .addOption(new Option("--outcome <name>", "choose one of the request's outcomes").conflicts(["approve", "reject"]))
    .option("--task <name>", "which request: its task, its method or its id (default: the only one)")
    .action(async (id: string, text: string | undefined, options: AnswerOptions) => {
      const client = await connect(options, io);
      const { approve, reject, outcome, task } = options;
      if (text === undefined && approve !== true && reject !== true && outcome === undefined) {
        throw await nothingSaid(client, id, task);
      }
      const approval = approve === true ? true : reject === true ? false : undefined;
      const body = { execution_id: id, task_id: task, human_feedback: text ?? "", is_approve: approval, outcome };
      const answer = await client.post("/resume", body, resumeResponseSchema);
      if (options.json === true) return writeJson(io, answer);
      const how = answer.outcome === null ? "" : ` with outcome ${answer.outcome}`;
      io.write(`${answer.execution_id} ${answer.status === "retrying" ? "does the work again" : `continues${how}`}\n`);
      return undefined;
    });
}

/** An answer without a word would take a default that nobody chose: the error says what can be answered. */
async function nothingSaid(client: ApiClient, id: string, task: string | undefined): Promise<AppError> {
  const path = `/api/v1/human-requests${query({ execution_id: id })}`;
  const { items } = await client.get(path, humanRequestsPageSchema);
  const asked = items.find((each) => [each.id, each.step, each.taskId].includes(task ?? each.id));
  const choices =
    asked?.emit === null || asked === undefined
      ? "pass a text, --approve or --reject"
      : `choose with --outcome: ${asked.emit.join(", ")}`;
  const question = asked === undefined ? "" : ` to "${asked.message}"`;
  return new AppError(`An answer is required${question}: ${choices}.`, { code: ErrorCode.invalidInput });
}

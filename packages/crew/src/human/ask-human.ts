import { AppError, ErrorCode, humanAnswerSchema, type HumanAnswer, type PendingInput } from "@crewstream/contracts";
import { abortable } from "../run/abortable.ts";
import { toJson } from "../run/dump.ts";
import type { Scope } from "../run/scope.ts";

export type Question = Pick<PendingInput, "kind" | "message" | "automation" | "step"> &
  Partial<Omit<PendingInput, "id" | "path">>;

/** A question and its id, created before it is asked so that its events can carry the id. */
export function pendingInput(scope: Scope, question: Question): PendingInput {
  const { taskId, agentRole } = scope.identity;
  return {
    emit: null,
    defaultOutcome: null,
    timeoutSeconds: null,
    taskId,
    agent: agentRole,
    metadata: {},
    ...question,
    output: toJson(question.output ?? null),
    id: scope.run.idOf("request", scope.path),
    path: scope.path,
  };
}

/** The person's answer to a question. Rejects with Suspended while there is none: the run pauses. */
export async function askHuman(scope: Scope, request: PendingInput): Promise<HumanAnswer> {
  await abortable(scope.signal, scope.room.wait([request]));
  const row = scope.run.context.journal.read(request.path);
  const answer = humanAnswerSchema.safeParse(row?.value);
  if (answer.success) return answer.data;
  throw new AppError(`The answer to "${request.message}" is not a valid answer: ${answer.error.message}`, {
    code: ErrorCode.runFailed,
  });
}

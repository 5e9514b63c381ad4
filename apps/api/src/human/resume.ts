import {
  AppError,
  ErrorCode,
  isAbsent,
  parseExecutionId,
  problemSchema,
  resumeRequestSchema,
  resumeResponseSchema,
  type PendingInput,
} from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import type { Identity } from "../auth/tokens.ts";
import { readVisible } from "../auth/visibility.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import {
  answerById,
  answeredBefore,
  answerRequest,
  nothingPending,
  type Answer,
  type TakenAnswer,
} from "./answer-request.ts";

/** `POST /resume`: the answer to a run's request, in any casing. Webhook URLs of the kickoff remain in force. */
export const resumeOperation: Operation = {
  method: "post",
  path: "/resume",
  tag: "Deployment API",
  summary: "Answers a run that waits for a person",
  description:
    "Fields in camel or snake case. `is_approve` decides if given; else a short word of approval accepts, " +
    "and any other text is feedback. For a request with outcomes, `outcome` or a text that names one chooses it; a flag " +
    "only if it stands for one. `task_id` is the id of the request or the name of the task; it may be omitted " +
    "if the run waits for only one answer.",
  scopes: ["kickoff"],
  keepsToOwn: true,
  body: resumeRequestSchema,
  answers: {
    200: { description: "The run continues", schema: resumeResponseSchema },
    400: { description: "It is not waiting for an answer, or not for one of this task", schema: problemSchema },
    404: { description: "There is no such execution", schema: problemSchema },
    409: {
      description: "The request was already answered differently (`already_answered`)",
      schema: problemSchema,
    },
    422: {
      description:
        "The execution's id is missing, or the answer selects none of the request's outcomes (`details.outcomes`)",
      schema: problemSchema,
    },
  },
  handle: resume,
};

function resume(context: ApiContext): RequestHandler {
  return async (request, response) => {
    requireExecutionId(request.body);
    const { executionId = "", taskId, feedback, approved, outcome } = parseInput(resumeRequestSchema, request.body);
    const execution = await findExecution(context, identityOf(request), executionId);
    const answer = { feedback, approved, ...(outcome === undefined ? {} : { outcome }), source: "resume" };
    const before = taskId === undefined ? undefined : await answeredBefore(context.store, execution.id, taskId, answer);
    const taken = before ?? (await answerPending(context, execution, { taskId, answer }));
    response.json({
      kickoff_id: execution.id,
      execution_id: execution.id,
      status: taken.sentBack ? "retrying" : "resumed",
      outcome: taken.outcome,
      message: taken.sentBack ? "Task will be retried with your feedback" : "Execution resumed successfully",
    });
  };
}

/**
 * Only an id identifies a request that was answered meanwhile: a task that is sent back asks again under the same name,
 * so a repeated answer by name may be meant for an earlier one.
 */
async function answerPending(
  context: ApiContext,
  execution: ExecutionRecord,
  { taskId, answer }: { taskId: string | undefined; answer: Answer },
): Promise<TakenAnswer> {
  const request = pickRequest(execution, taskId);
  if (request.id === taskId) return answerById(context, execution, taskId, answer);
  const taken = await answerRequest(context, execution, request, answer);
  if (taken === undefined) throw nothingPending();
  return taken;
}

/** The one field whose absence AMP's servers report with a 422 in their own form. */
function requireExecutionId(body: Record<string, unknown>): void {
  if (!isAbsent(body["executionId"]) || !isAbsent(body["execution_id"])) return;
  throw new AppError("execution_id (or executionId) is required.", {
    code: ErrorCode.unprocessable,
    details: {
      path: "execution_id",
      detail: [{ loc: ["body", "executionId"], msg: "Field required", type: "missing" }],
    },
  });
}

async function findExecution({ store }: ApiContext, identity: Identity, text: string): Promise<ExecutionRecord> {
  const id = parseExecutionId(text);
  const record = id === undefined ? undefined : await readVisible(store, identity, id);
  if (record === undefined) throw new AppError("Execution ID not found", { code: ErrorCode.notFound });
  return record;
}

/** The request that is meant: by its id, by its task's id or name, or the only one. */
function pickRequest(execution: ExecutionRecord, taskId: string | undefined): PendingInput {
  const pending = execution.state === "PAUSED" ? (execution.pending ?? []) : [];
  if (pending.length === 0) throw nothingPending();
  const found =
    taskId === undefined
      ? pending.length === 1
        ? pending[0]
        : undefined
      : pending.find((request) => [request.id, request.taskId, request.step].includes(taskId));
  if (found !== undefined) return found;
  const known = pending.map(({ id, step }) => `${id} (${step})`).join(", ");
  throw new AppError(`task_id must name one of the requests that wait: ${known}.`, {
    code: ErrorCode.invalidInput,
    details: { path: "task_id", pending: pending.map(({ id, step, message }) => ({ id, step, message })) },
  });
}

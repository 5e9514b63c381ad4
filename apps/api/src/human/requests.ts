import {
  AppError,
  ErrorCode,
  humanAnswerRequestSchema,
  humanRequestsPageSchema,
  humanRequestsQuerySchema,
  parseExecutionId,
  problemSchema,
  resumeResponseSchema,
  type PendingInput,
} from "@crewstream/contracts";
import type { ExecutionRecord } from "@crewstream/redis";
import { z } from "zod";
import { readVisible } from "../auth/visibility.ts";
import { executionsPage } from "../lists/executions.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { executionRecord, textParam } from "../routes/params.ts";
import { isoTime } from "../views/time.ts";
import { answerRequest, nothingPending, sendsBack } from "./answer-request.ts";

const tag = "Human requests";
const list: Operation = {
  method: "get",
  path: "/human-requests",
  tag,
  summary: "Lists what runs wait for people to say, newest run first",
  scopes: ["read"],
  keepsToOwn: true,
  query: humanRequestsQuerySchema,
  answers: { 200: { description: "A page", schema: humanRequestsPageSchema } },
  handle:
    ({ store }) =>
    async (request, response) => {
      const identity = identityOf(request);
      const { execution_id: only, ...page } = parseInput(humanRequestsQuerySchema, request.query);
      const { items, next } =
        only === undefined
          ? await executionsPage(store, identity, { ...page, status: "PAUSED", automation: undefined })
          : { items: [{ id: only }], next: null };
      const ids = items.map(({ id }) => parseExecutionId(id)).filter((id) => id !== undefined);
      const records = (await Promise.all(ids.map((id) => readVisible(store, identity, id)))).filter(
        (record) => record?.state === "PAUSED",
      );
      response.json({
        items: records.flatMap((record) => (record?.pending ?? []).map((pending) => humanRequest(record, pending))),
        next_cursor: next,
      });
    },
};

function humanRequest(record: ExecutionRecord | undefined, { path: _, ...pending }: PendingInput) {
  return Object.assign(pending, {
    automation: record?.automation,
    execution_id: record?.id,
    asked_at: isoTime(record?.updated_at),
  });
}

const answer: Operation = {
  method: "post",
  path: "/executions/:id/human-requests/:request",
  tag,
  summary: "Answers a request",
  scopes: ["kickoff", "admin"],
  keepsToOwn: true,
  body: humanAnswerRequestSchema,
  answers: {
    200: { description: "The run goes on", schema: resumeResponseSchema },
    400: { description: "It was answered already, or the run waits for nobody", schema: problemSchema },
    404: { description: "There is no such execution or request", schema: problemSchema },
    422: {
      description: "The answer stands for none of the request's outcomes (`details.outcomes`)",
      schema: problemSchema,
    },
  },
  handle: (context) => async (request, response) => {
    const execution = await executionRecord(context.store, request);
    const { id } = execution;
    const requestId = parseInput(z.uuid("must be the id of a request"), textParam(request, "request"));
    if (execution.state !== "PAUSED") throw nothingPending();
    const pending = execution.pending?.find((each) => each.id === requestId);
    if (pending === undefined) {
      throw new AppError(`The execution waits for no request ${requestId}.`, { code: ErrorCode.notFound });
    }
    const {
      feedback = "",
      approved = null,
      outcome,
      source = "api",
    } = parseInput(humanAnswerRequestSchema, request.body);
    const answer = { feedback, approved, ...(outcome === undefined ? {} : { outcome }), source };
    const taken = await answerRequest(context, execution, pending, answer);
    const back = sendsBack(pending, answer);
    response.json({
      kickoff_id: id,
      execution_id: id,
      status: back ? "retrying" : "resumed",
      outcome: taken ?? null,
      message: back ? "The work is done again with your feedback" : "The run goes on",
    });
  },
};

/** Requests for a person's answer, under `/api/v1`. */
export const humanOperations: readonly Operation[] = [list, answer];

import {
  humanAnswerRequestSchema,
  humanRequestsPageSchema,
  humanRequestsQuerySchema,
  parseExecutionId,
  problemSchema,
  resumeResponseSchema,
} from "@crewstream/contracts";
import { z } from "zod";
import { readVisible } from "../auth/visibility.ts";
import { executionsPage } from "../lists/executions.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { executionRecord, textParam } from "../routes/params.ts";
import { humanRequests } from "../views/human-request.ts";
import { answerById } from "./answer-request.ts";

const tag = "Human requests";
const list: Operation = {
  method: "get",
  path: "/human-requests",
  tag,
  summary: "Lists pending human-input requests, newest run first",
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
          ? await executionsPage(store, identity, {
              ...page,
              status: "PAUSED",
              automation: undefined,
              thread_id: undefined,
            })
          : { items: [{ id: only }], next: null };
      const ids = items.map(({ id }) => parseExecutionId(id)).filter((id) => id !== undefined);
      const records = await Promise.all(ids.map((id) => readVisible(store, identity, id)));
      const requests = records.flatMap((record) => (record === undefined ? [] : humanRequests(record)));
      response.json({ items: requests, next_cursor: next });
    },
};

const answer: Operation = {
  method: "post",
  path: "/executions/:id/human-requests/:request",
  tag,
  summary: "Answers a request",
  scopes: ["kickoff", "admin"],
  keepsToOwn: true,
  body: humanAnswerRequestSchema,
  answers: {
    200: { description: "The run continues", schema: resumeResponseSchema },
    400: { description: "The run is not waiting for an answer", schema: problemSchema },
    404: { description: "There is no such execution or request", schema: problemSchema },
    409: { description: "It was already answered differently (`already_answered`)", schema: problemSchema },
    422: {
      description: "The answer selects none of the request's outcomes (`details.outcomes`)",
      schema: problemSchema,
    },
  },
  handle: (context) => async (request, response) => {
    const execution = await executionRecord(context.store, request);
    const { id } = execution;
    const requestId = parseInput(z.uuid("must be the id of a request"), textParam(request, "request"));
    const {
      feedback = "",
      approved = null,
      outcome,
      source = "api",
    } = parseInput(humanAnswerRequestSchema, request.body);
    const answer = { feedback, approved, ...(outcome === undefined ? {} : { outcome }), source };
    const taken = await answerById(context, execution, requestId, answer);
    response.json({
      kickoff_id: id,
      execution_id: id,
      status: taken.sentBack ? "retrying" : "resumed",
      outcome: taken.outcome,
      message: taken.sentBack ? "The work is done again with your feedback" : "The run continues",
    });
  },
};

/** Human-input requests, under `/api/v1`. */
export const humanOperations: readonly Operation[] = [list, answer];

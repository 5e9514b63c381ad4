import {
  AppError,
  cancelResponseSchema,
  ErrorCode,
  eventEnvelopeSchema,
  eventsEndSchema,
  eventsHeadersSchema,
  eventsPageSchema,
  eventsPositionSchema,
  eventsQuerySchema,
  executionLogsSchema,
  eventsStateSchema,
  executionSchema,
  executionsPageSchema,
  executionsQuerySchema,
  hasEnded,
  problemSchema,
  replayRequestSchema,
  replayResponseSchema,
} from "@crewstream/contracts";
import { replayExecution } from "@crewstream/delivery";
import { assertAllowedUrl } from "@crewstream/service";
import { maxLogLines, readExecution, readFeedHeads, readLogs } from "@crewstream/redis";
import { cancelRun } from "../cancel.ts";
import { executionsPage } from "../lists/executions.ts";
import { assertScope, identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { executionSummary, executionView } from "../views/execution.ts";
import { events } from "./events.ts";
import { rerun } from "./rerun.ts";
import { executionParam, executionRecord } from "./params.ts";

const tag = "Executions";
const unknown = { description: "There is no such execution (any more)", schema: problemSchema };

const list: Operation = {
  method: "get",
  path: "/executions",
  tag,
  summary: "Lists executions, newest first",
  description:
    "A page can hold fewer items than asked for, even none, and yet have a next one: a request looks at 1,000 executions at most.",
  scopes: ["read"],
  keepsToOwn: true,
  query: executionsQuerySchema,
  answers: { 200: { description: "A page", schema: executionsPageSchema } },
  handle: (context) => async (request, response) => {
    const query = parseInput(executionsQuerySchema, request.query);
    const { items, next } = await executionsPage(context.store, identityOf(request), query);
    response.json({ items: items.map(executionSummary), next_cursor: next });
  },
};

const get: Operation = {
  method: "get",
  path: "/executions/:id",
  tag,
  summary: "Shows an execution with its inputs, result and feeds",
  scopes: ["read"],
  keepsToOwn: true,
  answers: { 200: { description: "The execution", schema: executionSchema }, 404: unknown },
  handle: (context) => async (request, response) => {
    const record = await executionRecord(context.store, request);
    response.json(executionView(record, await readFeedHeads(context.store, record.id, record.feeds)));
  },
};

const logs: Operation = {
  method: "get",
  path: "/executions/:id/logs",
  tag,
  summary: "Returns the output of an execution's automation",
  scopes: ["read"],
  keepsToOwn: true,
  answers: { 200: { description: "Its newest lines", schema: executionLogsSchema }, 404: unknown },
  handle: (context) => async (request, response) => {
    const lines = await readLogs(context.store, (await executionRecord(context.store, request)).id);
    response.json({
      lines: lines.map(({ at, ...line }) => ({ at: new Date(at).toISOString(), ...line })),
      truncated: lines.length >= maxLogLines,
    });
  },
};

const cancel: Operation = {
  method: "post",
  path: "/executions/:id/cancel",
  tag,
  summary: "Cancels an execution",
  description: "One that no worker has ends at once; a running one within about a second of its next wait.",
  scopes: ["kickoff", "admin"],
  keepsToOwn: true,
  answers: {
    200: { description: "It has ended", schema: cancelResponseSchema },
    202: { description: "Its worker was asked to end it", schema: cancelResponseSchema },
    404: unknown,
  },
  handle: (context) => async (request, response) => {
    const record = await executionRecord(context.store, request);
    const { id } = record;
    if (!hasEnded(record.state)) await cancelRun(context, record);
    const now = (await readExecution(context.store, id)) ?? record;
    response
      .status(hasEnded(now.state) ? 200 : 202)
      .json({ id, state: now.state, cancel_requested: now.cancel !== undefined });
  },
};

const readEvents: Operation = {
  method: "get",
  path: "/executions/:id/events",
  tag,
  summary: "Reads an execution's events, as pages, by long-polling or as a stream",
  description:
    "With `Accept: text/event-stream` they come as Server-Sent Events until the run has ended; an event's `id` is its " +
    "sequence number, and `Last-Event-ID` continues after it. A stream that was read to its end answers 204.",
  scopes: ["read"],
  keepsToOwn: true,
  query: eventsQuerySchema,
  headers: eventsHeadersSchema,
  answers: {
    200: {
      description: "A page, or a stream",
      schema: eventsPageSchema,
      stream: {
        "": eventEnvelopeSchema,
        position: eventsPositionSchema,
        state: eventsStateSchema,
        end: eventsEndSchema,
      },
    },
    204: { description: "The stream has ended" },
    404: unknown,
  },
  handle: events,
};

const replay: Operation = {
  method: "post",
  path: "/executions/:id/replay",
  tag,
  summary: "Delivers an execution's events again",
  description:
    "As a new feed: deliveries have new ids and say `webhook-replay-of`. With `url` they are sent there, without the secrets " +
    "of the feed. `url` and `types` let a receiver see more than before: they need the scope `read`, too.",
  scopes: ["admin"],
  keepsToOwn: true,
  body: replayRequestSchema,
  answers: {
    202: { description: "The feed that delivers them", schema: replayResponseSchema },
    404: unknown,
  },
  handle: (context) => async (request, response) => {
    const id = await executionParam(context.store, request);
    const wanted = parseInput(replayRequestSchema, request.body);
    if (wanted.url !== undefined || wanted.types !== undefined) assertScope(identityOf(request), "read");
    if (wanted.authentication !== undefined && wanted.url === undefined) {
      throw new AppError("authentication: requires a url; without one the feed's own is used", {
        code: ErrorCode.invalidInput,
        details: { path: "authentication" },
      });
    }
    if (wanted.url !== undefined) await assertAllowedUrl(wanted.url, context.addressPolicy);
    const feed = await replayExecution(context, id, {
      feed: wanted.feed,
      url: wanted.url,
      secrets: wanted.authentication === undefined ? undefined : { authentication: wanted.authentication },
      events: wanted.types,
      from: wanted.from,
      to: wanted.to,
    });
    response.status(202).json({ execution_id: id, feed });
  },
};

/** Executions under `/api/v1`. */
export const executionOperations: readonly Operation[] = [list, get, readEvents, logs, cancel, rerun, replay];

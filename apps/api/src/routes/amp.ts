import {
  inputsResponseSchema,
  kickoffHeadersSchema,
  kickoffRequestSchema,
  kickoffResponseSchema,
  problemSchema,
  stopQuerySchema,
  stopResponseSchema,
} from "@crewstream/contracts";
import { z } from "zod";
import { resumeOperation } from "../human/resume.ts";
import type { Operation } from "../operations/operation.ts";
import { statusShapes } from "../status/status-body.ts";
import { kickoff } from "./kickoff.ts";
import { automationParam } from "./params.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";

const tag = "Deployment API";
const unavailable = {
  description: "No live crew worker serves it, or Redis is unavailable",
  schema: problemSchema,
  headers: { "Retry-After": "Whole seconds after which to try again" },
};
const unknown = { description: "`NOT FOUND`", schema: z.looseObject({ error: z.string(), message: z.string() }) };

/**
 * The routes of CrewAI AMP's deployment API, for the root and for `/automations/:automation`. A token that may kick off
 * may also see the result.
 */
export const ampOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/inputs",
    tag,
    summary: "Lists the inputs of the automation",
    scopes: ["kickoff", "read"],
    keepsToOwn: true,
    answers: { 200: { description: "Their names", schema: inputsResponseSchema }, 503: unavailable },
    handle: (context) => async (request, response) => {
      const { inputs } = await context.automations.find(automationParam(request));
      response.json({ inputs });
    },
  },
  {
    method: "post",
    path: "/kickoff",
    tag,
    summary: "Starts a run",
    description:
      "With an `Idempotency-Key` header, the same key and body give the same `kickoff_id` for 24 hours. " +
      "Unknown fields pass; `null`, an empty text and absence are the same.",
    scopes: ["kickoff"],
    keepsToOwn: true,
    headers: kickoffHeadersSchema,
    body: kickoffRequestSchema,
    answers: {
      200: {
        description: "The run's id",
        schema: kickoffResponseSchema,
        headers: { "Idempotency-Replayed": "`true`: the id that an earlier request with this key got" },
      },
      422: { description: "Inputs are missing, or the key was used with another body", schema: problemSchema },
      503: unavailable,
    },
    handle: kickoff,
  },
  {
    method: "get",
    path: ["/status/:id", "/:id/status"],
    tag,
    summary: "Shows a run's progress and result",
    description: "`shape` selects the format of AMP's documentation, that of its servers, or both.",
    scopes: ["kickoff", "read"],
    keepsToOwn: true,
    query: z.object({ shape: z.enum(statusShapes).optional().describe("Default: `STATUS_SHAPE`") }),
    answers: {
      200: { description: "The status, in the requested shape", schema: z.record(z.string(), z.unknown()) },
      404: unknown,
    },
    handle: status,
  },
  {
    method: "post",
    path: ["/stop/:id", "/cancel/:id"],
    tag,
    summary: "Stops a run",
    scopes: ["kickoff"],
    keepsToOwn: true,
    query: stopQuerySchema,
    answers: {
      200: { description: "It is stopped, or its worker was asked", schema: stopResponseSchema },
      404: unknown,
    },
    handle: stop,
  },
  resumeOperation,
];

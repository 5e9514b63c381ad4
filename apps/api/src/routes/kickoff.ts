import { kickoffHeadersSchema, type KickoffResponse } from "@crewstream/contracts";
import type { RequestHandler, Response } from "express";
import type { ApiContext } from "../api-context.ts";
import { baseUrlOf, beginRun } from "../kickoff/begin-run.ts";
import { checkInputs, inputsOf, parseKickoff, webhookPath } from "../kickoff/parse-kickoff.ts";
import { requestedWebhooks } from "../kickoff/requested-webhooks.ts";
import { kickoffWarnings } from "../kickoff/warnings.ts";
import { parseHeaders } from "../operations/operation.ts";
import { automationParam } from "./params.ts";

/** `POST /kickoff`: everything is validated before anything is stored. */
export function kickoff(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const automation = await context.automations.find(automationParam(request));
    const wanted = parseKickoff(request.body);
    const { "Idempotency-Key": key } = parseHeaders(kickoffHeadersSchema, request);
    const inputs = inputsOf(wanted);
    checkInputs(automation, inputs);
    const webhooks = requestedWebhooks(wanted, {
      kind: automation.kind,
      baseUrl: baseUrlOf(context, request),
      pathOf: (index) => webhookPath(request.body, index),
    });
    const { executionId, repeated } = await beginRun(context, request, {
      automation,
      inputs,
      meta: wanted.meta,
      thread: wanted.thread_id ?? wanted.threadId,
      restoreFrom: wanted.restoreFromStateId,
      webhooks,
      key,
      body: request.body,
    });

    const warnings = kickoffWarnings(wanted, automation);
    const answer: KickoffResponse = {
      kickoff_id: executionId,
      task_id: executionId,
      ...(warnings.length === 0 ? {} : { warnings }),
    };
    if (repeated) response.setHeader("idempotency-replayed", "true");
    sendOnce(response, answer);
  };
}

/** Without the `ETag` that Express would compute: a response to a POST is not cached. */
function sendOnce(response: Response, answer: KickoffResponse): void {
  const body = JSON.stringify(answer);
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}

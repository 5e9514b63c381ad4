import {
  kickoffHeadersSchema,
  parseTraceContext,
  type KickoffResponse,
  type Subscription,
} from "@crewstream/contracts";
import { sealSubscriptionSecrets } from "@crewstream/delivery";
import type { RequestHandler, Response } from "express";
import type { ApiContext } from "../api-context.ts";
import { claimKickoff } from "../kickoff/idempotency.ts";
import { checkInputs, inputsOf, parseKickoff, webhookPath } from "../kickoff/parse-kickoff.ts";
import { checkAddresses, requestedWebhooks } from "../kickoff/requested-webhooks.ts";
import { startRun } from "../kickoff/start-run.ts";
import { kickoffWarnings } from "../kickoff/warnings.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseHeaders } from "../operations/operation.ts";
import { automationParam } from "./params.ts";

/** `POST /kickoff`: everything that can be wrong is found before anything is stored. */
export function kickoff(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const automation = await context.automations.find(automationParam(request));
    const wanted = parseKickoff(request.body);
    const { "Idempotency-Key": key } = parseHeaders(kickoffHeadersSchema, request);
    const inputs = inputsOf(wanted);
    checkInputs(automation, inputs);
    const webhooks = requestedWebhooks(wanted, {
      kind: automation.kind,
      baseUrl: context.config.PUBLIC_URL ?? `${request.protocol}://${request.get("host") ?? "localhost"}`,
      pathOf: (index) => webhookPath(request.body, index),
    });
    await checkAddresses(webhooks, context.addressPolicy);

    const { name: token, own } = identityOf(request);
    const claim = await claimKickoff(context.store, {
      key,
      client: token,
      automation: automation.name,
      body: request.body,
    });
    const { executionId } = claim;
    const subscriptions = webhooks.map(({ subscription, secrets }, feed): Subscription => {
      const sealedSecrets = sealSubscriptionSecrets(context.cipher, { executionId, feed }, secrets);
      if (sealedSecrets !== undefined) subscription.sealedSecrets = sealedSecrets;
      return subscription;
    });
    await startRun(context, claim, {
      id: executionId,
      automation: automation.name,
      kind: automation.kind,
      inputs,
      meta: wanted.meta,
      token,
      own,
      createdAt: Date.now(),
      ...(wanted.restoreFromStateId === undefined || automation.kind !== "flow"
        ? {}
        : { restoreFrom: wanted.restoreFromStateId }),
      subscriptions,
      // Without a span of ours the caller's context goes on to the webhooks as it came.
      trace: context.tracing?.current() ?? parseTraceContext(request.headers),
    });

    const warnings = kickoffWarnings(wanted, automation);
    const answer: KickoffResponse = {
      kickoff_id: executionId,
      task_id: executionId,
      ...(warnings.length === 0 ? {} : { warnings }),
    };
    if (claim.repeated) response.setHeader("idempotency-replayed", "true");
    sendOnce(response, answer);
  };
}

/** Without the `ETag` that Express would hash for it: an answer to a POST is not asked for again. */
function sendOnce(response: Response, answer: KickoffResponse): void {
  const body = JSON.stringify(answer);
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}

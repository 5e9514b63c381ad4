import { randomBytes } from "node:crypto";
import {
  kickoffHeadersSchema,
  kickoffRequestSchema,
  kickoffResponseSchema,
  problemSchema,
  rerunRequestSchema,
  type KickoffResponse,
} from "@crewstream/contracts";
import { openSubscriptionSecrets } from "@crewstream/delivery";
import { readFeed, type ExecutionRecord } from "@crewstream/redis";
import type { ApiContext } from "../api-context.ts";
import { baseUrlOf, beginRun } from "../kickoff/begin-run.ts";
import { checkInputs, webhookPath } from "../kickoff/parse-kickoff.ts";
import { requestedWebhooks, type RequestedWebhook } from "../kickoff/requested-webhooks.ts";
import { assertScope, identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import { parseHeaders, type Operation } from "../operations/operation.ts";
import { executionRecord } from "./params.ts";

/** Starts a run like another one: same automation, and its inputs and webhooks unless the body has others. */
export const rerun: Operation = {
  method: "post",
  path: "/executions/:id/rerun",
  tag: "Executions",
  summary: "Runs an automation again with the inputs and webhooks of an earlier run, or with others",
  description:
    "The webhooks of a run that another token started, with their secrets, need the scope `admin`; so does a replay to them.",
  scopes: ["kickoff"],
  keepsToOwn: true,
  headers: kickoffHeadersSchema,
  body: rerunRequestSchema,
  answers: {
    200: { description: "The new run", schema: kickoffResponseSchema },
    404: { description: "There is no such execution (any more)", schema: problemSchema },
    422: { description: "Inputs are missing, or the key was used with another body", schema: problemSchema },
    503: { description: "No live crew worker serves its automation", schema: problemSchema },
  },
  handle: (context) => async (request, response) => {
    const earlier = await executionRecord(context.store, request);
    assertScope(identityOf(request), "read");
    const wanted = parseInput(rerunRequestSchema, request.body);
    const automation = await context.automations.find(earlier.automation);
    const inputs = wanted.inputs ?? earlier.inputs;
    checkInputs(automation, inputs);
    const isOthers = earlier.token !== identityOf(request).name;
    if (wanted.webhooks === undefined && isOthers && earlier.feeds > 0) assertScope(identityOf(request), "admin");
    const webhooks =
      wanted.webhooks === undefined
        ? await webhooksOf(context, earlier)
        : requestedWebhooks(kickoffRequestSchema.parse({ webhooks: wanted.webhooks }), {
            kind: automation.kind,
            baseUrl: baseUrlOf(context, request),
            pathOf: (index) => webhookPath(request.body, index),
          });
    const { executionId, repeated } = await beginRun(context, request, {
      automation,
      inputs,
      meta: earlier.meta,
      webhooks,
      key: parseHeaders(kickoffHeadersSchema, request)["Idempotency-Key"],
      body: { rerun: earlier.id, body: request.body as unknown },
    });
    if (repeated) response.setHeader("idempotency-replayed", "true");
    response.json({ kickoff_id: executionId, task_id: executionId } satisfies KickoffResponse);
  },
};

/** The webhooks of a run's kickoff; those of replays are not included. */
async function webhooksOf(context: ApiContext, { id, feeds }: ExecutionRecord): Promise<RequestedWebhook[]> {
  const all = await Promise.all(
    Array.from({ length: feeds }, (_, feed) => readFeed(context.store, { executionId: id, feed })),
  );
  return all.flatMap((found, feed) => {
    if (found === undefined || found.subscription.replayOf !== undefined) return [];
    const { sealedSecrets, ...subscription } = found.subscription;
    const secrets = openSubscriptionSecrets(context.cipher, { executionId: id, feed }, sealedSecrets);
    // Answers to a human-input request are authorised by a key of each run.
    const own = secrets.responseKey === undefined ? {} : { responseKey: randomBytes(32).toString("base64url") };
    return [{ path: `webhooks[${feed}]`, subscription, secrets: { ...secrets, ...own } }];
  });
}

import { AppError, ErrorCode, humanAnswerRequestSchema, parseExecutionId } from "@crewstream/contracts";
import { openSubscriptionSecrets } from "@crewstream/delivery";
import { isResponseToken } from "@crewstream/receiver";
import { readExecution, readSubscriptions, type ExecutionRecord } from "@crewstream/redis";
import { Router, type Request } from "express";
import type { ApiContext } from "../api-context.ts";
import { jsonBody } from "../middleware/json-body.ts";
import { parseInput } from "../middleware/validate.ts";
import { textParam } from "../routes/params.ts";
import { answerById } from "./answer-request.ts";

/**
 * The callback URL of a flow's human-input request, as in AMP: no API token is needed, the URL's own token authorises
 * an answer to this one request. Any error in id or token is the same 404, which reveals nothing.
 */
export function callbackRoutes(context: ApiContext): Router {
  const router = Router();
  const path = "/human_feedback_requests/:execution/:request/respond";
  // The token first: an unauthorised client's body is not read.
  router.post(path, async (request, response, next) => {
    const execution = await executionAsked(context, request);
    response.locals[asked] = execution;
    if (execution !== undefined) next();
    else context.wrongTokens(request, response, (limited?: unknown) => next(limited ?? unknown()));
  });
  router.post(path, jsonBody);
  router.post(path, async (request, response) => {
    const execution = response.locals[asked] as ExecutionRecord;
    const requestId = textParam(request, "request");
    const { feedback, approved, outcome, source } = parseInput(humanAnswerRequestSchema, request.body);
    const answer = {
      feedback: feedback ?? "",
      approved: approved ?? null,
      ...(outcome === undefined ? {} : { outcome }),
      source: source ?? "callback",
    };
    const { outcome: taken } = await answerById(context, execution, requestId, answer);
    const ids = { id: requestId, kickoff_id: execution.id, execution_id: execution.id };
    response.json({ status: "received", ...ids, outcome: taken });
  });
  return router;
}

const asked = "execution";

/** The execution that a callback belongs to; undefined for any error in id or token. */
async function executionAsked(context: ApiContext, request: Request): Promise<ExecutionRecord | undefined> {
  const requestId = textParam(request, "request");
  const { token } = request.query;
  const id = parseExecutionId(textParam(request, "execution"));
  const execution = id === undefined ? undefined : await readExecution(context.store, id);
  if (execution === undefined || typeof token !== "string") return undefined;
  const subscriptions = await readSubscriptions(context.store, execution.id, execution.feeds);
  const known = subscriptions.some((subscription, feed) => {
    if (subscription.form !== "human_flow") return false;
    const address = { executionId: execution.id, feed };
    const { responseKey } = openSubscriptionSecrets(context.cipher, address, subscription.sealedSecrets);
    return responseKey !== undefined && isResponseToken(token, responseKey, requestId);
  });
  return known ? execution : undefined;
}

function unknown(): AppError {
  return new AppError("There is no such request, or the token is not valid for it.", { code: ErrorCode.notFound });
}

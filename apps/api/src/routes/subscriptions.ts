import {
  AppError,
  ErrorCode,
  feedViewSchema,
  problemSchema,
  subscribeRequestSchema,
  subscriptionsPageSchema,
} from "@crewstream/contracts";
import { endFeed, subscribe } from "@crewstream/delivery";
import { readFeedHead, readFeedHeads, type ExecutionRecord } from "@crewstream/redis";
import type { Request } from "express";
import type { ApiContext } from "../api-context.ts";
import { checkAddresses, webhookFromSettings } from "../kickoff/requested-webhooks.ts";
import { assertScope, identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { feedView } from "../views/execution.ts";
import { endpointOfUrl } from "../views/endpoint-url.ts";
import { executionRecord, textParam } from "./params.ts";

const tag = "Executions";
const unknown = { description: "There is no such execution or subscription (any more)", schema: problemSchema };
const path = "/executions/:id/subscriptions";

const list: Operation = {
  method: "get",
  path,
  tag,
  summary: "Lists an execution's subscriptions, replays among them",
  scopes: ["read"],
  keepsToOwn: true,
  answers: { 200: { description: "All of them", schema: subscriptionsPageSchema }, 404: unknown },
  handle: (context) => async (request, response) => {
    const { id, feeds } = await executionRecord(context.store, request);
    response.json({ items: (await readFeedHeads(context.store, id, feeds)).map(feedView), next_cursor: null });
  },
};

const add: Operation = {
  method: "post",
  path,
  tag,
  summary: "Adds a webhook to an execution",
  description:
    "With the settings of a kickoff's `webhooks`. It gets events from now on, or from `from` on; for an " +
    "execution that has ended, the existing ones. A token that did not start the execution needs the scope `read`, too.",
  scopes: ["kickoff"],
  keepsToOwn: true,
  body: subscribeRequestSchema,
  answers: {
    201: { description: "The subscription", schema: feedViewSchema },
    404: unknown,
    409: { description: "The execution has the maximum number of subscriptions", schema: problemSchema },
  },
  handle: (context) => async (request, response) => {
    const record = await changeable(context, request);
    const { from, ...settings } = parseInput(subscribeRequestSchema, request.body);
    const webhook = webhookFromSettings(settings, "");
    await checkAddresses([webhook], context.addressPolicy);
    const feed = await subscribe(context, record.id, { ...webhook, from });
    const head = await readFeedHead(context.store, record.id, feed);
    if (head === undefined) throw new AppError("The execution has expired.", { code: ErrorCode.executionGone });
    response.status(201).json(feedView(head));
  },
};

const remove: Operation = {
  method: "delete",
  path: `${path}/:feed`,
  tag,
  summary: "Removes a subscription",
  description: "Nothing more is sent. Deliveries that were not acknowledged yet become dead letters.",
  scopes: ["kickoff"],
  keepsToOwn: true,
  answers: { 200: { description: "As it is now: `closed`", schema: feedViewSchema }, 404: unknown },
  handle: (context) => async (request, response) => {
    const { id: executionId } = await changeable(context, request);
    const feed = /^\d{1,5}$/.test(textParam(request, "feed")) ? Number(textParam(request, "feed")) : -1;
    const head = await readFeedHead(context.store, executionId, feed);
    if (head === undefined) {
      throw new AppError("The execution has no such subscription.", { code: ErrorCode.notFound });
    }
    await removeSubscription(context, { executionId, feed }, head.subscription.url);
    response.json(feedView((await readFeedHead(context.store, executionId, feed)) ?? head));
  },
};

/** Ends a subscription, and wakes its feed so that it notices. */
export async function removeSubscription(
  context: Pick<ApiContext, "store" | "log" | "queues">,
  address: Parameters<typeof endFeed>[1],
  url: string,
): Promise<void> {
  await endFeed(context, address, endpointOfUrl(url).endpoint, "removed by a client");
  await context.queues.wakeFeed(address, { delayMs: 0 });
}

/** The execution of a path whose subscriptions the token may change: it started it, or may read it anyway. */
async function changeable(context: ApiContext, request: Request): Promise<ExecutionRecord> {
  const record = await executionRecord(context.store, request);
  const identity = identityOf(request);
  if (record.token !== identity.name) assertScope(identity, "read");
  return record;
}

/** Subscriptions of a running execution, under `/api/v1`. */
export const subscriptionOperations: readonly Operation[] = [list, add, remove];

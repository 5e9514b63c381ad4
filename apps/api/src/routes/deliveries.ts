import {
  AppError,
  deliveriesPageSchema,
  deliveriesQuerySchema,
  deliveryActionSchema,
  deliveryDetailSchema,
  deliveryRequestSchema,
  ErrorCode,
  failureGroupsQuerySchema,
  failureGroupsSchema,
  parseDeliveryId,
  problemSchema,
  type DeliveryAddress,
} from "@crewstream/contracts";
import { discard, retryNow, type OperationResult } from "@crewstream/delivery";
import type { Store } from "@crewstream/redis";
import type { Request } from "express";
import type { z } from "zod";
import type { Identity } from "../auth/tokens.ts";
import { isVisible } from "../auth/visibility.ts";
import { executionFilter, listedDeliveries, type DeliveriesPage } from "../lists/deliveries.ts";
import { deliveredDeliveries } from "../lists/delivered.ts";
import { deliveryDetail } from "../lists/delivery-detail.ts";
import { deliveryRequest } from "../lists/delivery-request.ts";
import { withRuns } from "../lists/delivery-runs.ts";
import { pendingDeliveries } from "../lists/pending.ts";
import { failureGroups } from "../lists/failure-groups.ts";
import { deliveriesOf, ownDeliveries } from "../lists/own-deliveries.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { bulkOperations } from "./bulk-deliveries.ts";
import { liveDeliveries } from "./live-deliveries.ts";
import { textParam } from "./params.ts";

const tag = "Deliveries";
const unknown = { description: "There is no such delivery (any more)", schema: problemSchema };
const underWay = { description: "Its first attempt is in flight", schema: problemSchema };
const notNow = { description: "Its first attempt is in flight, or its endpoint is paused", schema: problemSchema };

const list: Operation = {
  method: "get",
  path: "/deliveries",
  tag,
  summary: "Lists deliveries in a state",
  description:
    "`retrying` by when they are due, latest first; `dead` and `delivered` newest first, the latter as far back as " +
    "the attempt log goes; `pending` are those in flight. A page can be short, even empty, and yet have a next one.",
  scopes: ["read"],
  keepsToOwn: true,
  query: deliveriesQuerySchema,
  answers: { 200: { description: "A page", schema: deliveriesPageSchema } },
  handle: (context) => async (request, response) => {
    const query = parseInput(deliveriesQuerySchema, request.query);
    const page = await deliveriesPage(context.store, identityOf(request), query);
    response.json({ items: await withRuns(context.store, page.items), next_cursor: page.next });
  },
};

function deliveriesPage(
  store: Store,
  { own, name }: Identity,
  query: z.output<typeof deliveriesQuerySchema>,
): Promise<DeliveriesPage> {
  const execution = executionFilter(query.execution_id);
  if (execution === "none") return Promise.resolve({ items: [], next: null });
  const { endpoint, outcome, status, reason, limit, cursor } = query;
  const wanted = { execution, endpoint, outcome, status, reason, limit, cursor };
  if (own) return ownDeliveries(store, name, query.state, wanted);
  if (execution !== undefined) return deliveriesOf(store, execution, query.state, wanted);
  if (query.state === "delivered") return deliveredDeliveries(store, wanted);
  return query.state === "pending" ? pendingDeliveries(store, wanted) : listedDeliveries(store, query.state, wanted);
}

/**
 * The delivery of a path, whose execution the token may see.
 * @throws AppError `not_found` for text that is not a delivery's id, and for one that the token may not see
 */
async function deliveryParam(store: Store, request: Request): Promise<{ id: string; address: DeliveryAddress }> {
  const id = textParam(request, "id");
  const address = parseDeliveryId(id);
  if (address === undefined || !(await isVisible(store, identityOf(request), address.executionId))) throw notFound(id);
  return { id, address };
}

const groups: Operation = {
  method: "get",
  path: "/deliveries/groups",
  tag,
  summary: "Groups failed deliveries by endpoint and failure",
  description: "Of the newest 2,000. A group's fields are a filter for `/deliveries` and `/deliveries/retry`.",
  scopes: ["read"],
  keepsToOwn: true,
  query: failureGroupsQuerySchema,
  answers: { 200: { description: "The groups", schema: failureGroupsSchema } },
  handle: (context) => async (request, response) => {
    const { state, endpoint } = parseInput(failureGroupsQuerySchema, request.query);
    response.json(await failureGroups(context.store, identityOf(request), { state, endpoint }));
  },
};

const get: Operation = {
  method: "get",
  path: "/deliveries/:id",
  tag,
  summary: "Shows a delivery with its attempts and events",
  scopes: ["read"],
  keepsToOwn: true,
  answers: { 200: { description: "The delivery", schema: deliveryDetailSchema }, 404: unknown },
  handle: (context) => async (request, response) => {
    const { id, address } = await deliveryParam(context.store, request);
    const detail = await deliveryDetail(context.store, address, id);
    if (detail === undefined) throw notFound(id);
    response.json(detail);
  },
};

const getRequest: Operation = {
  method: "get",
  path: "/deliveries/:id/request",
  tag,
  summary: "Shows a delivery's request: its headers and its body",
  description: "As its receiver gets it, except for authentication, signatures and tokens, which are redacted.",
  scopes: ["read"],
  keepsToOwn: true,
  answers: { 200: { description: "The request", schema: deliveryRequestSchema }, 404: unknown },
  handle: (context) => async (request, response) => {
    const { id, address } = await deliveryParam(context.store, request);
    const shown = await deliveryRequest(context, address, id);
    if (shown === undefined) throw notFound(id);
    response.json(shown);
  },
};

const retryOne: Operation = {
  method: "post",
  path: "/deliveries/:id/retry",
  tag,
  summary: "Retries a failed delivery now",
  description:
    "It keeps its `webhook-id` and bytes, and its schedule starts over. It is sent even if the endpoint asked to wait or its " +
    "breaker is open: then as the probe.",
  scopes: ["admin"],
  keepsToOwn: true,
  answers: {
    202: { description: "It is due now", schema: deliveryActionSchema },
    404: unknown,
    409: notNow,
  },
  handle: (context) => async (request, response) => {
    const { id } = await deliveryParam(context.store, request);
    assertDone(id, await retryNow(context, id, Date.now()));
    response.status(202).json({ id, result: "retrying" });
  },
};

const discardOne: Operation = {
  method: "post",
  path: "/deliveries/:id/discard",
  tag,
  summary: "Discards a failed delivery permanently",
  scopes: ["admin"],
  keepsToOwn: true,
  answers: { 200: { description: "It is discarded", schema: deliveryActionSchema }, 404: unknown, 409: underWay },
  handle: (context) => async (request, response) => {
    const { id } = await deliveryParam(context.store, request);
    assertDone(id, await discard(context, id));
    response.json({ id, result: "discarded" });
  },
};

function assertDone(id: string, result: OperationResult): void {
  if (result === "not_found") throw notFound(id);
  if (result === "done") return;
  if (result === "paused") {
    throw new AppError("Its endpoint is paused: resume the endpoint first, then its deliveries are sent.", {
      code: ErrorCode.conflict,
    });
  }
  throw new AppError("The delivery's first attempt is in flight: try again in a few seconds.", {
    code: ErrorCode.conflict,
    retryable: true,
  });
}

function notFound(id: string): AppError {
  return new AppError(`There is no delivery ${id.slice(0, 100)} (any more).`, { code: ErrorCode.notFound });
}

/** Deliveries under `/api/v1`; fixed paths before those with an id. */
export const deliveryOperations: readonly Operation[] = [
  list,
  groups,
  liveDeliveries,
  ...bulkOperations,
  get,
  getRequest,
  retryOne,
  discardOne,
];

import { randomUUID } from "node:crypto";
import { AppError, bulkRetryRequestSchema, bulkRetrySchema, ErrorCode, problemSchema } from "@crewstream/contracts";
import { countMatching } from "@crewstream/delivery";
import { countDeliveries, readBulk, writeBulk, type Bulk, type BulkFilter } from "@crewstream/redis";
import type { ApiContext } from "../api-context.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import type { Operation } from "../operations/operation.ts";
import { textParam } from "./params.ts";

const tag = "Deliveries";

/** An operation on all deliveries that match a filter, as a job of the delivery workers. */
function bulkOperation(action: Bulk["action"], texts: Pick<Operation, "summary" | "description">): Operation {
  return {
    method: "post",
    path: `/deliveries/${action}`,
    tag,
    ...texts,
    scopes: ["admin"],
    keepsToOwn: true,
    body: bulkRetryRequestSchema,
    answers: {
      200: { description: "How many match (`dry_run`)", schema: bulkRetrySchema },
      202: { description: "It has begun", schema: bulkRetrySchema },
    },
    handle: (context) => async (request, response) => {
      const { filter: wanted, dry_run: dryRun } = parseInput(bulkRetryRequestSchema, request.body);
      const { execution_id: executionId, ...rest } = wanted;
      const { own, name } = identityOf(request);
      const filter: BulkFilter = {
        ...rest,
        ...(executionId === undefined ? {} : { executionId }),
        ...(own ? { token: name } : {}),
      };
      const progress = { total: await countFor(context, filter, action), done: 0, skipped: 0 };
      if (dryRun) {
        response.json({ id: null, state: "counted", ...progress });
        return;
      }
      const id = randomUUID();
      await writeBulk(context.store, id, { action, filter, state: "running", ...progress, startedAt: Date.now() });
      await context.queues.enqueueBulkRetry(id);
      response.status(202).json({ id, state: "running", ...progress });
    },
  };
}

/** The lists know their size; filtered ones are counted. */
function countFor({ store }: Pick<ApiContext, "store">, filter: BulkFilter, action: Bulk["action"]): Promise<number> {
  const { state, endpoint, executionId, token, outcome, status, reason } = filter;
  const isWholeList = [executionId, token, outcome, status, reason].every((field) => field === undefined);
  return isWholeList ? countDeliveries(store, state, endpoint) : countMatching(store, filter, action);
}

const progress: Operation = {
  method: "get",
  // Documented separately from `/deliveries/:id/…`: as patterns, that and `/deliveries/retry/:id` cannot be
  // distinguished.
  path: ["/bulk-retries/:id", "/deliveries/retry/:id"],
  tag,
  summary: "Shows the progress of a bulk retry or discard",
  scopes: ["read", "admin"],
  keepsToOwn: true,
  answers: {
    200: { description: "Its progress", schema: bulkRetrySchema },
    404: { description: "There is no such bulk operation (any more)", schema: problemSchema },
  },
  handle: (context) => async (request, response) => {
    const id = textParam(request, "id");
    const bulk = await readBulk(context.store, id);
    const { own, name } = identityOf(request);
    if (bulk === undefined || (own && bulk.filter.token !== name)) {
      throw new AppError("There is no such bulk operation (any more).", { code: ErrorCode.notFound });
    }
    response.json({ id, state: bulk.state, total: bulk.total, done: bulk.done, skipped: bulk.skipped });
  },
};

/** Operations on many deliveries at once. */
export const bulkOperations: readonly Operation[] = [
  bulkOperation("retry", {
    summary: "Retries all deliveries that match a filter now",
    description:
      "As a job of the delivery workers, which goes on where it was when one is killed. `dry_run` counts only.",
  }),
  bulkOperation("discard", {
    summary: "Discards all failed deliveries that match a filter permanently",
    description: "As a job, like a bulk retry; its progress is read like one's, too. `dry_run` counts only.",
  }),
  progress,
];

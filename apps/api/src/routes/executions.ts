import { hasEnded } from "@crewstream/contracts";
import { readExecution, readSubscriptions } from "@crewstream/redis";
import { Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { cancelRun } from "../cancel.ts";
import { executionView } from "../views/execution.ts";
import { requireScope } from "../middleware/authenticate.ts";
import { events } from "./events.ts";
import { executionNotFound, executionParam } from "./params.ts";

/** Executions under `/api/v1`. */
export function executionRoutes(context: ApiContext): Router {
  const router = Router();
  const mayRead = requireScope("read");

  router.get("/executions/:id", mayRead, async (request, response) => {
    const id = executionParam(request);
    const record = await readExecution(context.store, id);
    if (record === undefined) throw executionNotFound(id);
    const subscriptions = await readSubscriptions(context.store, id, record.feeds);
    response.json(executionView(record, subscriptions));
  });

  router.get("/executions/:id/events", mayRead, events(context));

  router.post("/executions/:id/cancel", requireScope("kickoff", "admin"), async (request, response) => {
    const id = executionParam(request);
    const record = await readExecution(context.store, id);
    if (record === undefined) throw executionNotFound(id);
    if (!hasEnded(record.state)) await cancelRun(context, record);
    const now = (await readExecution(context.store, id)) ?? record;
    response
      .status(hasEnded(now.state) ? 200 : 202)
      .json({ id, state: now.state, cancelled: now.cancel !== undefined });
  });
  return router;
}

import { describeEventTypes } from "@crewstream/contracts";
import { Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { requireScope } from "../middleware/authenticate.ts";

/** What there is to run and to subscribe to. */
export function catalogueRoutes(context: ApiContext): Router {
  const router = Router();
  router.get("/automations", requireScope("kickoff", "read"), async (_request, response) => {
    response.json({ items: await context.automations.list(), next_cursor: null });
  });
  router.get("/event-types", requireScope("kickoff", "read"), (_request, response) => {
    response.json({ items: describeEventTypes(), next_cursor: null });
  });
  return router;
}

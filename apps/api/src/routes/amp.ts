import { Router } from "express";
import type { ApiContext } from "../api-context.ts";
import { requireScope } from "../middleware/authenticate.ts";
import { jsonBody } from "../middleware/json-body.ts";
import { kickoff } from "./kickoff.ts";
import { automationParam } from "./params.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";

/**
 * The routes of CrewAI AMP's deployment API, for the root and for `/automations/:automation`. A token that may kick
 * off may also see what became of it.
 */
export function ampRoutes(context: ApiContext): Router {
  const router = Router({ mergeParams: true });
  const mayLook = requireScope("kickoff", "read");
  const mayKickoff = requireScope("kickoff");

  router.get("/inputs", mayLook, async (request, response) => {
    const { inputs } = await context.automations.find(automationParam(request));
    response.json({ inputs });
  });
  router.post("/kickoff", mayKickoff, jsonBody, kickoff(context));
  router.get(["/status/:id", "/:id/status"], mayLook, status(context));
  router.post(["/stop/:id", "/cancel/:id"], mayKickoff, stop(context));
  return router;
}

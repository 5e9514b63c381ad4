import { renderMetrics } from "@crewstream/service";
import { Router } from "express";
import type { ApiContext } from "../api-context.ts";

/** AMP's probes, for the root and for `/automations/:automation`, without a token. */
export function ampProbes(): Router {
  const router = Router({ mergeParams: true });
  router.get(["/", "/healthcheck"], (_request, response) => {
    response.type("text/plain").send("Healthy");
  });
  return router;
}

/**
 * Our own probes, without a token: `/healthz` (no restart is needed), `/readyz` (ready to work), and `/metrics`, which
 * contains only totals and names no run, automation, endpoint or client.
 */
export function healthRoutes(context: ApiContext): Router {
  const router = Router();
  router.get("/healthz", (_request, response) => {
    const { live, text } = context.health.liveness();
    response
      .status(live ? 200 : 503)
      .type("text/plain")
      .send(text);
  });
  router.get("/readyz", async (_request, response) => {
    const report = await context.health.report();
    response.status(report.ready ? 200 : 503).json(report);
  });
  router.get("/metrics", async (_request, response) => {
    const { contentType, body } = await renderMetrics(context.metrics, context.health);
    response.setHeader("content-type", contentType);
    response.send(body);
  });
  return router;
}

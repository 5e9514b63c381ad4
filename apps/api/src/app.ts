import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import cors from "cors";
import express, { type Express, type RequestHandler, type Router } from "express";
import helmet from "helmet";
import type { ApiContext } from "./api-context.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";
import { sessionAuth } from "./dashboard/session-auth.ts";
import { callbackRoutes } from "./human/callback.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { cleanPath } from "./middleware/clean-path.ts";
import { answerOtherMethods, routesOf } from "./middleware/other-methods.ts";
import { answerErrors, notFound } from "./middleware/problem.ts";
import { limitRate } from "./middleware/rate-limit.ts";
import { logRequests } from "./middleware/request-log.ts";
import { traceRequests } from "./middleware/trace-requests.ts";
import { untilStarted } from "./middleware/until-started.ts";
import { operationGroups } from "./operations/all.ts";
import { serve } from "./operations/operation.ts";
import { ampOperations } from "./routes/amp.ts";
import { docsRoutes } from "./routes/docs.ts";
import { ampProbes, healthRoutes } from "./routes/health.ts";
import { inspectorRoutes } from "./routes/inspector.ts";

/** The API as an Express application that is not listening yet. Routes before `authenticate` need no token. */
export function createApp(context: ApiContext): Express {
  const { config } = context;
  const app = express();
  app.disable("x-powered-by");
  app.use(logRequests(context), cleanPath, secureHeaders(config.PUBLIC_URL));

  app.use(fixedPaths(healthRoutes(context)), fixedPaths(docsRoutes(context)));
  app.use("/automations/:automation", fixedPaths(ampProbes()));
  app.use(fixedPaths(ampProbes()));
  if (config.INSPECTOR) app.use(answerOtherMethods(inspectorRoutes(context)));

  app.use("/dashboard", answerOtherMethods(dashboardRoutes(context)));

  if (config.CORS_ORIGINS !== undefined) app.use(corsOfAmpRoutes(config.CORS_ORIGINS));
  app.use(untilStarted(context));
  if (context.tracing !== undefined) app.use(traceRequests(context.tracing));
  app.use(answerOtherMethods(callbackRoutes(context)));

  app.use(sessionAuth(context), authenticate(context), limitRate(config.RATE_LIMIT_PER_MINUTE));
  for (const { prefix, operations } of operationGroups)
    app.use(prefix === "" ? "/" : prefix, serve(context, operations, { strict: prefix === "/api/v1" }));
  app.use(notFound);
  app.use(answerErrors(context));
  return app;
}

/**
 * Routes without parameters, which a request to another path skips with one lookup: matching each of them first would
 * cost a kickoff as much as its own route.
 */
function fixedPaths(routes: Router): RequestHandler {
  const paths = new Set(routesOf(routes).map(({ path }) => path));
  const serveThem = answerOtherMethods(routes);
  return (request, response, next) => {
    const path = request.path.length > 1 ? request.path.replace(/\/$/, "").toLowerCase() : request.path;
    if (paths.has(path)) serveThem(request, response, next);
    else next();
  };
}

/**
 * Responses are data: a browser that displays one loads and runs nothing. Our own pages set another policy. The headers
 * are the same for every response, so helmet's handlers run only once; those about pages or for very old browsers are
 * omitted.
 */
function secureHeaders(publicUrl: string | undefined): RequestHandler {
  const sample = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    originAgentCluster: false,
    // Only for this host, and only if clients are known to use HTTPS: other hosts of the domain may not have it.
    strictTransportSecurity: publicUrl?.startsWith("https:") === true && { includeSubDomains: false },
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })(sample.req, sample, () => undefined);
  const headers = new Map(Object.entries(sample.getHeaders() as Record<string, string>));
  return (_request, response, next) => {
    response.setHeaders(headers);
    next();
  };
}

/**
 * Opens the AMP routes, and no others, to these origins. The inspector and the dashboard are served before, as
 * `/inspector/status` also looks like AMP's `/:id/status`. Preflights are answered here, before a token is required:
 * browsers send none with them.
 */
function corsOfAmpRoutes(origins: readonly string[]): Router {
  const router = express.Router();
  const handler = cors({
    origin: origins.includes("*") ? "*" : [...origins],
    methods: ["GET", "POST"],
    exposedHeaders: ["retry-after", "idempotency-replayed"],
    maxAge: 600,
  });
  const paths = ampOperations.flatMap(({ path }) => path);
  for (const prefix of ["", "/automations/:automation"])
    router.all(
      paths.map((path) => prefix + path),
      handler,
    );
  return router;
}

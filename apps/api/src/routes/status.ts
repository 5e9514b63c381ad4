import { parseExecutionId } from "@crewstream/contracts";
import type { Request, RequestHandler } from "express";
import { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import { readVisible } from "../auth/visibility.ts";
import { identityOf } from "../middleware/authenticate.ts";
import { parseInput } from "../middleware/validate.ts";
import { statusBody, statusShapes, unknownExecution } from "../status/status-body.ts";
import { automationParam, textParam } from "./params.ts";

/** `GET /status/:id` and `GET /:id/status`; `?shape=` overrides the configured one. Any text is accepted as an id. */
export function status(context: ApiContext): RequestHandler {
  const query = z.object({ shape: z.enum(statusShapes).default(context.config.STATUS_SHAPE) });
  return async (request, response) => {
    const { shape } = parseInput(query, request.query);
    const record = await findExecution(context, request);
    const answer =
      record === undefined
        ? unknownExecution(textParam(request, "id"), shape)
        : { status: 200, body: statusBody(record, shape, Date.now()) };
    response.setHeader("cache-control", "no-store");
    response.status(answer.status).json(answer.body);
  };
}

/** The execution of a path, if the token may see it; under `/automations/:name` only those of that automation exist. */
export async function findExecution({ store }: Pick<ApiContext, "store">, request: Request) {
  const id = parseExecutionId(textParam(request, "id"));
  const record = id === undefined ? undefined : await readVisible(store, identityOf(request), id);
  const automation = automationParam(request);
  return automation === undefined || record?.automation === automation ? record : undefined;
}

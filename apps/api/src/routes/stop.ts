import { AppError, ErrorCode, stopQuerySchema } from "@crewstream/contracts";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { cancelRun } from "../cancel.ts";
import { untilClosed } from "../middleware/until-closed.ts";
import { parseInput } from "../middleware/validate.ts";
import { unknownExecution } from "../status/status-body.ts";
import { textParam } from "./params.ts";
import { findExecution } from "./status.ts";

/** `POST /stop/:id` and `POST /cancel/:id`: the response has the wording of AMP's own draft. */
export function stop(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const { wait } = parseInput(stopQuerySchema, request.query);
    const record = await findExecution(context, request);
    if (record === undefined) {
      const answer = unknownExecution(textParam(request, "id"), "hybrid");
      response.status(answer.status).json(answer.body);
      return;
    }
    const answer = await cancelRun(context, record);
    if (answer === "over" || answer === "unknown") {
      throw new AppError(`Cannot stop execution. Current state: ${record.state}`, {
        code: ErrorCode.invalidInput,
        details: { state: record.state },
      });
    }
    const deadline = AbortSignal.any([untilClosed(context, response), AbortSignal.timeout(Math.ceil(wait * 1000))]);
    const hasEnded = answer === "ended" || (await context.watch.beyond(record.id, Infinity, deadline)) !== undefined;
    response.json({
      status: hasEnded ? "stopped" : "stopping",
      kickoffId: record.id,
      kickoff_id: record.id,
    });
  };
}

import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RequestHandler } from "express";
import type { ApiContext } from "../api-context.ts";
import { cancelRun } from "../cancel.ts";
import { unknownExecution } from "../status/status-body.ts";
import { textParam } from "./params.ts";
import { findExecution } from "./status.ts";

/** `POST /stop/:id` and `POST /cancel/:id`: the answer's words are those of AMP's own draft. */
export function stop(context: ApiContext): RequestHandler {
  return async (request, response) => {
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
    response.json({
      status: answer === "ended" ? "stopped" : "stopping",
      kickoffId: record.id,
      kickoff_id: record.id,
    });
  };
}

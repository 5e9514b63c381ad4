import { AppError, ErrorCode, parseExecutionId, type ExecutionId } from "@crewstream/contracts";
import type { Request } from "express";

/** The automation of a path under `/automations/:name`; undefined at the root. */
export function automationParam(request: Request): string | undefined {
  const { automation } = request.params;
  return typeof automation === "string" ? automation : undefined;
}

/** A path parameter's text. */
export function textParam(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === "string" ? value : "";
}

/** @throws AppError `not_found` for text that can name no execution */
export function executionParam(request: Request): ExecutionId {
  const text = textParam(request, "id");
  const id = parseExecutionId(text);
  if (id === undefined) throw executionNotFound(text);
  return id;
}

export function executionNotFound(text: string): AppError {
  return new AppError(`No execution found with ID: ${text.slice(0, 100)}`, { code: ErrorCode.notFound });
}

import { AppError, ErrorCode, parseExecutionId, type ExecutionId } from "@crewstream/contracts";
import type { ExecutionRecord, Store } from "@crewstream/redis";
import type { Request } from "express";
import { isVisible, readVisible } from "../auth/visibility.ts";
import { identityOf } from "../middleware/authenticate.ts";

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

/**
 * The execution of a path; it may not exist (any more).
 * @throws AppError `not_found` for text that is not a valid id, and for one that the token may not see
 */
export async function executionParam(store: Store, request: Request): Promise<ExecutionId> {
  const text = textParam(request, "id");
  const id = parseExecutionId(text);
  if (id === undefined || !(await isVisible(store, identityOf(request), id))) throw executionNotFound(text);
  return id;
}

/** The record of a path's execution. @throws AppError `not_found` if there is none that the token may see */
export async function executionRecord(store: Store, request: Request): Promise<ExecutionRecord> {
  const text = textParam(request, "id");
  const id = parseExecutionId(text);
  const record = id === undefined ? undefined : await readVisible(store, identityOf(request), id);
  if (record === undefined) throw executionNotFound(text);
  return record;
}

export function executionNotFound(text: string): AppError {
  return new AppError(`No execution found with ID: ${text.slice(0, 100)}`, { code: ErrorCode.notFound });
}

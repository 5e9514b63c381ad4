import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, ErrorCode } from "@crewstream/contracts";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { excessIn } from "./body-bounds.ts";

export const bodyLimitBytes = 1024 * 1024;

/**
 * Parses a body as JSON, whatever its content type (clients forget it), if it is within limits. An empty one is `{}`.
 * Our requests carry a bearer token instead of a cookie, so a form on another site cannot abuse this.
 */
export function jsonBodyUpTo(limitBytes: number): RequestHandler[] {
  return [express.json({ limit: limitBytes, type: () => true, strict: false, verify: assertWithinBounds }), asObject];
}

/** The same up to 1 MiB. */
export const jsonBody = jsonBodyUpTo(bodyLimitBytes);

function assertWithinBounds(
  _request: IncomingMessage,
  _response: ServerResponse,
  body: Buffer,
  encoding: string,
): void {
  if (encoding !== "utf-8") {
    throw new AppError("The body must be JSON in UTF-8.", { code: ErrorCode.invalidInput });
  }
  const excess = excessIn(body);
  if (excess === undefined) return;
  throw new AppError(`${excess.field ?? "The body"} ${excess.has}.`, {
    code: ErrorCode.invalidInput,
    details: { path: excess.field ?? "" },
  });
}

function asObject(request: Request, _response: Response, next: NextFunction): void {
  const body: unknown = request.body ?? {};
  if (typeof body !== "object" || Array.isArray(body)) {
    throw new AppError('The body must be a JSON object, such as {"inputs": {}}.', { code: ErrorCode.invalidInput });
  }
  request.body = body;
  next();
}

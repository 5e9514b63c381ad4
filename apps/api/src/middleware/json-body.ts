import { AppError, ErrorCode } from "@crewstream/contracts";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";

export const bodyLimitBytes = 1024 * 1024;

/** Far more than anybody writes; some thousand levels are more than the stack of whoever walks through them later. */
const deepestBody = 100;

/**
 * Parses a body as JSON, whatever its content type says (clients forget it), up to 100 levels. An empty one is `{}`.
 * Our requests carry a bearer token rather than a cookie, so a form of another site has no power here.
 */
export function jsonBodyUpTo(limitBytes: number): RequestHandler[] {
  return [express.json({ limit: limitBytes, type: () => true, strict: false }), asObject];
}

/** The same up to 1 MiB. */
export const jsonBody = jsonBodyUpTo(bodyLimitBytes);

function asObject(request: Request, _response: Response, next: NextFunction): void {
  const body: unknown = request.body ?? {};
  if (typeof body !== "object" || Array.isArray(body)) {
    throw new AppError('The body must be a JSON object, such as {"inputs": {}}.', { code: ErrorCode.invalidInput });
  }
  if (isDeeper(body, deepestBody)) {
    throw new AppError(`The body is nested deeper than ${deepestBody} levels.`, { code: ErrorCode.invalidInput });
  }
  request.body = body;
  next();
}

/** Whether a parsed value has objects and lists within each other beyond a depth; goes no further than that. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

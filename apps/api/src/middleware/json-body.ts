import { AppError, ErrorCode } from "@crewstream/contracts";
import express, { type RequestHandler } from "express";

export const bodyLimitBytes = 1024 * 1024;

/**
 * Parses a body as JSON, whatever its content type says (clients forget it), up to 1 MiB. An empty one is `{}`.
 * Our requests carry a bearer token rather than a cookie, so a form of another site has no power here.
 */
export const jsonBody: RequestHandler[] = [
  express.json({ limit: bodyLimitBytes, type: () => true, strict: false }),
  (request, _response, next) => {
    const body: unknown = request.body ?? {};
    if (typeof body !== "object" || Array.isArray(body)) {
      throw new AppError('The body must be a JSON object, such as {"inputs": {}}.', { code: ErrorCode.invalidInput });
    }
    request.body = body;
    next();
  },
];

import type { RequestHandler } from "express";
import { Router } from "express";
import type { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import type { Scope } from "../auth/tokens.ts";
import { requireScope } from "../middleware/authenticate.ts";
import { jsonBody } from "../middleware/json-body.ts";

/** What a route may answer. */
export interface Answer {
  description: string;
  /** Schema of a JSON body; without it the answer has another body or none. */
  schema?: z.ZodType;
  /** Media type of a body that is no JSON. */
  type?: string;
}

/** A route, told once: from it come the router, the OpenAPI document and the tests that walk through it. */
export interface Operation {
  method: "get" | "post" | "delete";
  /** As Express writes it. The first one is documented, the others are names that clients also use. */
  path: string | [string, ...string[]];
  tag: string;
  summary: string;
  description?: string;
  /** Scopes of which a token needs one. */
  scopes: readonly [Scope, ...Scope[]];
  query?: z.ZodObject;
  body?: z.ZodType;
  answers: Record<number, Answer>;
  handle(context: ApiContext): RequestHandler;
}

/** The documented path of an operation. */
export function documentedPath({ path }: Operation): string {
  return typeof path === "string" ? path : path[0];
}

/** Serves operations: the scope is checked before the body is read. */
export function serve(context: ApiContext, operations: readonly Operation[]): Router {
  const router = Router({ mergeParams: true });
  for (const operation of operations) {
    const handlers = [requireScope(...operation.scopes), ...(operation.method === "post" ? jsonBody : [])];
    router[operation.method](operation.path, handlers, operation.handle(context));
  }
  return router;
}

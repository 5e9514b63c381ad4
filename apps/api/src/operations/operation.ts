import { AppError, ErrorCode } from "@crewstream/contracts";
import type { Request, RequestHandler } from "express";
import { Router } from "express";
import type { z } from "zod";
import type { ApiContext } from "../api-context.ts";
import type { Scope } from "../auth/tokens.ts";
import { requireWhole } from "../auth/visibility.ts";
import { requireScope } from "../middleware/authenticate.ts";
import { jsonBody } from "../middleware/json-body.ts";
import { answerOtherMethods } from "../middleware/other-methods.ts";
import { parseInput } from "../middleware/validate.ts";

/** What a route may answer. */
export interface Answer {
  description: string;
  /** Schema of a JSON body; without it the answer has another body or none. */
  schema?: z.ZodType;
  /** Of an answer that is a stream of Server-Sent Events: the schema of `data` by the message's `event`; "" for none. */
  stream?: Record<string, z.ZodType>;
  /** What headers of the answer say, by their names. */
  headers?: Record<string, string>;
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
  /**
   * Keeps to what the token may see (`isVisible`), so that tokens with the scope `own` may use it. Any other operation is
   * refused to them.
   */
  keepsToOwn?: true;
  query?: z.ZodObject;
  /** Headers that it reads, by their documented names. */
  headers?: z.ZodObject;
  body?: z.ZodType;
  answers: Record<number, Answer>;
  handle(context: ApiContext): RequestHandler;
}

/** The documented path of an operation. */
export function documentedPath({ path }: Operation): string {
  return typeof path === "string" ? path : path[0];
}

/**
 * The headers of a request that a schema names.
 * @throws AppError `invalid_input` that names the first wrong one
 */
export function parseHeaders<Schema extends z.ZodObject>(schema: Schema, request: Request): z.output<Schema> {
  return parseInput(schema, Object.fromEntries(Object.keys(schema.shape).map((name) => [name, request.get(name)])));
}

/**
 * Serves operations: the scope is checked before the body is read.
 * @param options.strict refuses query parameters that an operation does not have: a filter that is misspelt would give
 *   everything. Clients of AMP send what they like, so its routes ignore them.
 */
export function serve(
  context: ApiContext,
  operations: readonly Operation[],
  { strict = false }: { strict?: boolean } = {},
): Router {
  const router = Router({ mergeParams: true });
  for (const operation of operations) {
    const handlers = [
      requireScope(...operation.scopes),
      ...(operation.keepsToOwn === true ? [] : [requireWhole]),
      ...(strict ? [refuseOtherParameters(operation)] : []),
      ...(operation.method === "post" ? jsonBody : []),
    ];
    router[operation.method](operation.path, handlers, operation.handle(context));
  }
  return answerOtherMethods(router);
}

function refuseOtherParameters({ query }: Operation): RequestHandler {
  const known = Object.keys(query?.shape ?? {});
  return (request, _response, next) => {
    const other = Object.keys(request.query).find((name) => !known.includes(name));
    if (other === undefined) return next();
    const instead = known.length === 0 ? "It takes none." : `It takes ${known.join(", ")}.`;
    throw new AppError(`There is no query parameter "${other.slice(0, 100)}" here. ${instead}`, {
      code: ErrorCode.invalidInput,
      details: { path: other.slice(0, 100), known },
    });
  };
}

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

/** A response of a route. */
export interface Answer {
  description: string;
  /** Schema of a JSON body; without it the response has another body or none. */
  schema?: z.ZodType;
  /**
   * For a response that is a stream of Server-Sent Events: the schema of `data` by the message's `event`; "" for none.
   */
  stream?: Record<string, z.ZodType>;
  /** Descriptions of response headers, by name. */
  headers?: Record<string, string>;
}

/** A route, declared once: the router, the OpenAPI document and the tests that iterate over routes come from it. */
export interface Operation {
  method: "get" | "post" | "delete";
  /** In Express's syntax. The first one is documented, the others are aliases that clients also use. */
  path: string | [string, ...string[]];
  tag: string;
  summary: string;
  description?: string;
  /** A token needs one of these scopes. */
  scopes: readonly [Scope, ...Scope[]];
  /**
   * Restricts itself to what the token may see (`isVisible`), so that tokens with the scope `own` may use it. Any other
   * operation is forbidden to them.
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
 * @throws AppError `invalid_input` that names the first invalid one
 */
export function parseHeaders<Schema extends z.ZodObject>(schema: Schema, request: Request): z.output<Schema> {
  return parseInput(schema, Object.fromEntries(Object.keys(schema.shape).map((name) => [name, request.get(name)])));
}

/**
 * Serves operations: the scope is checked before the body is read.
 * @param options.strict rejects query parameters that an operation does not have: a misspelt filter would return
 * everything. Clients of AMP send arbitrary ones, so its routes ignore them.
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

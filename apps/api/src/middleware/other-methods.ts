import { AppError, ErrorCode } from "@crewstream/contracts";
import type { RequestHandler, Response, Router } from "express";

const seen = "methodsOfPath";

/**
 * Makes a router answer unsupported methods for its paths: 405 with `Allow` (RFC 9110, 15.5.6), and 204 for OPTIONS. To
 * be called when it has all its routes. Requests that a route answers never get here.
 */
export function answerOtherMethods(router: Router): Router {
  for (const { path, methods } of routesOf(router)) {
    router.all(path, (_request, response, next) => {
      const known = (response.locals[seen] ??= new Set<string>()) as Set<string>;
      for (const method of methods) known.add(method);
      next();
    });
  }
  const refuse: RequestHandler = (request, response, next) => {
    const known = response.locals[seen] as Set<string> | undefined;
    if (known === undefined) return next();
    const allowed = allow(response, known);
    if (request.method === "OPTIONS") return void response.status(204).end();
    throw new AppError(`There is no ${request.method} ${request.path}: use ${allowed}.`, {
      code: ErrorCode.methodNotAllowed,
    });
  };
  return router.use(refuse);
}

function allow(response: Response, methods: ReadonlySet<string>): string {
  const all = [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].toSorted().join(", ");
  response.setHeader("allow", all);
  return all;
}

/** The paths of a router's routes as declared, and the methods of each. */
export function routesOf(router: Router): { path: string; methods: string[] }[] {
  return router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = route.stack.map(({ method }) => method.toUpperCase());
    return [route.path].flat().map((path) => ({ path, methods }));
  });
}

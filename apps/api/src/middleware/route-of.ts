import type { Request } from "express";

/** The route as declared: a path would be a separate label for each execution. */
export function routeOf(request: Request): string {
  const route: unknown = request.route;
  const path: unknown = typeof route === "object" && route !== null ? Reflect.get(route, "path") : undefined;
  const text = Array.isArray(path) ? String(path[0]) : typeof path === "string" ? path : undefined;
  if (text === undefined) return "none";
  return `${request.baseUrl.toLowerCase().replace(/^\/automations\/[^/]+/, "/automations/:automation")}${text}`;
}

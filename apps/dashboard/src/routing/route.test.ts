import { expect, it } from "vitest";
import { matchPath } from "./match.ts";
import { hrefTo, parseHash } from "./route.ts";

it("reads a hash as a path and a query", () => {
  const route = parseHash("#/deliveries?state=dead&reason=a%20b");
  expect(route.path).toBe("/deliveries");
  expect(Object.fromEntries(route.query)).toEqual({ state: "dead", reason: "a b" });
  expect(parseHash("").path).toBe("/");
});

it("writes what it reads, except empty values", () => {
  const href = hrefTo("/deliveries", { state: "dead", reason: "a&b", status: undefined, endpoint: "" });
  expect(href).toBe("#/deliveries?state=dead&reason=a%26b");
  expect(parseHash(href).query.get("reason")).toBe("a&b");
});

it("matches paths by their parts", () => {
  expect(matchPath("/executions/:id", "/executions/a%2Fb")).toEqual({ id: "a/b" });
  expect(matchPath("/executions/:id", "/executions/%zz/")).toEqual({ id: "%zz" });
  expect(matchPath("/executions/:id", "/executions")).toBeUndefined();
  expect(matchPath("/", "/")).toEqual({});
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ INSPECTOR: "1" });
});
afterAll(() => api[Symbol.asyncDispose]());

const kickoff = { method: "POST", path: "/kickoff" };

test.each([
  // Operations, at each of their prefixes; a path that matches several patterns has the methods of all.
  ["GET", "/kickoff", "OPTIONS, POST"],
  ["PUT", "/automations/notes/kickoff", "OPTIONS, POST"],
  ["DELETE", "/status/x", "GET, HEAD, OPTIONS"],
  ["POST", "/x/status", "GET, HEAD, OPTIONS"],
  ["PATCH", "/api/v1/executions", "GET, HEAD, OPTIONS"],
  ["DELETE", "/api/v1/deliveries/retry", "GET, HEAD, OPTIONS, POST"],
  ["GET", "/api/v1/executions/x/cancel", "OPTIONS, POST"],
  ["POST", "/api/v1/automations/notes/memory", "DELETE, GET, HEAD, OPTIONS"],
  // Paths without a token respond without one.
  ["POST", "/healthz", "GET, HEAD, OPTIONS"],
  ["POST", "/Healthz/", "GET, HEAD, OPTIONS"],
  ["DELETE", "/metrics", "GET, HEAD, OPTIONS"],
  ["POST", "/", "GET, HEAD, OPTIONS"],
  ["POST", "/automations/notes/", "GET, HEAD, OPTIONS"],
  ["PUT", "/openapi.json", "GET, HEAD, OPTIONS"],
  ["PUT", "/inspector/demo", "DELETE, GET, HEAD, OPTIONS, POST"],
  ["PUT", "/dashboard/login", "OPTIONS, POST"],
  ["GET", "/human_feedback_requests/x/y/respond", "OPTIONS, POST"],
])("%s %s is answered with 405 and Allow: %s", async (method, path, allow) => {
  const isPublic = !/^\/(kickoff|automations\/notes\/kickoff|status|x|api)/.test(path);
  const answer = await api.client.send(method, path, undefined, isPublic ? { token: null } : {});
  expect(answer).toMatchObject({
    status: 405,
    body: { error: "Method Not Allowed", details: { code: "method_not_allowed" } },
  });
  expect(answer.headers.get("allow")).toBe(allow);
});

test("OPTIONS gets Allow, and an unknown path a 404 for any method", async () => {
  const options = await api.client.send("OPTIONS", kickoff.path);
  expect([options.status, options.headers.get("allow")]).toEqual([204, "OPTIONS, POST"]);
  for (const method of ["GET", "POST", "DELETE"]) {
    expect((await api.client.send(method, "/api/v1/nothing")).status).toBe(404);
  }
  expect((await api.client.send("PUT", kickoff.path, undefined, { token: null })).status).toBe(401);
});

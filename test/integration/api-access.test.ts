import { AppError } from "@crewstream/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    API_TOKENS: "full,kicker:k-token:kickoff,reader:r-token:read,boss:a-token:admin",
    CORS_ORIGINS: "https://app.example.com",
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const full = { token: "full" };

describe("tokens", () => {
  test("AMP's two responses without one, and with a wrong one", async () => {
    const missing = await api.client.get("/inputs", { token: null });
    expect(missing).toMatchObject({ status: 401, body: { detail: "Not authenticated", error: "Unauthorized" } });
    expect(missing.headers.get("www-authenticate")).toContain("Bearer");
    const wrong = await api.client.get("/inputs", { token: "nope" });
    expect(wrong).toMatchObject({ status: 401, body: { detail: "Invalid or missing authentication credentials" } });
    expect(JSON.stringify(wrong.body)).not.toContain("nope");
  });

  test("are required before a body is read, and also if there is no route", async () => {
    expect((await api.client.send("POST", "/kickoff", "{", { token: null })).status).toBe(401);
    expect((await api.client.get("/nowhere", { token: null })).status).toBe(401);
    expect((await api.client.get("/nowhere", full)).status).toBe(404);
  });

  test("wrong ones are limited over all routes, without affecting valid ones", async () => {
    await using limited = await startTestApi({ API_TOKENS: "right" });
    const ask = (token: string | null, path = "/inputs") => limited.client.get(path, { token });
    const paths = ["/inputs", "/dashboard/queues/", "/api/v1/stats", "/nowhere"];
    const wrong = await Promise.all(Array.from({ length: 40 }, (_, index) => ask("wrong", paths[index % 4])));
    expect(wrong.filter(({ status }) => status === 401)).toHaveLength(30);
    expect(wrong.filter(({ status }) => status === 429)).toHaveLength(10);
    const refused = await ask("wrong");
    expect(refused).toMatchObject({ status: 429, body: { details: { code: "rate_limited" } } });
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    const callback = "/human_feedback_requests/01a2094e-7af1-72b8-8d05-d9b295c07076/r/respond?token=x";
    expect((await limited.client.post(callback, {}, { token: null })).status).toBe(429);
    expect((await ask(null)).status).toBe(401);
    expect((await ask("right")).status).toBe(200);
  });

  test.each([
    ["k-token", "GET", "/inputs", 200],
    ["r-token", "GET", "/inputs", 200],
    ["a-token", "GET", "/inputs", 403],
    ["k-token", "POST", "/automations/notes/kickoff", 200],
    ["r-token", "POST", "/automations/notes/kickoff", 403],
    ["k-token", "GET", "/status/x", 404],
    ["r-token", "POST", "/stop/x", 403],
    ["r-token", "GET", "/api/v1/automations", 200],
    ["k-token", "GET", "/api/v1/executions/x", 403],
  ])("%s may %s %s: %i", async (token, method, path, status) => {
    expect((await api.client.send(method, path, method === "POST" ? "{}" : undefined, { token })).status).toBe(status);
  });

  test("probes need none", async () => {
    for (const path of ["/", "/healthcheck", "/automations/notes/", "/healthz", "/readyz", "/metrics"]) {
      expect((await api.client.get(path, { token: null })).status).toBe(200);
    }
    expect((await api.client.get("/", { token: null })).body).toBe("Healthy");
  });

  test("a host that others can reach needs them", async () => {
    const started = startTestApi({ HOST: "0.0.0.0", API_TOKENS: "" });
    await expect(started).rejects.toThrow("API_TOKENS");
    await expect(started).rejects.toBeInstanceOf(AppError);
  });
});

describe("requests", () => {
  test("double and trailing slashes are removed", async () => {
    expect((await api.client.get("//inputs", full)).status).toBe(200);
    expect((await api.client.get("/automations//notes///inputs/", full)).body).toEqual({ inputs: ["log", "version"] });
  });

  const kickoff = (body: string) =>
    api.client.send<Record<string, unknown>>("POST", "/automations/notes/kickoff", body, full);

  test.each(["{", "[]", '"text"', "7", "<xml/>"])(
    "the body %j is rejected in AMP's documented and live wording",
    async (body) => {
      const answer = await kickoff(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: "Validation Error", message: expect.stringContaining("JSON") });
      expect(answer.body["detail"]).toBe(answer.body["message"]);
    },
  );

  test.each(["", "null"])("the body %j counts as empty", async (body) => {
    expect((await kickoff(body)).status).toBe(200);
  });

  test("a body over 1 MiB is rejected, naming the limit", async () => {
    const body = JSON.stringify({ inputs: { log: "x".repeat(1024 * 1024) } });
    const answer = await api.client.send("POST", "/automations/notes/kickoff", body, full);
    expect(answer).toMatchObject({ status: 413, body: { message: "The body is larger than the limit of 1 MiB." } });
  });

  test("a token's requests are limited per minute, separately for each token", async () => {
    await using limited = await startTestApi({ API_TOKENS: "one,two", RATE_LIMIT_PER_MINUTE: "3" });
    const get = (token: string) => limited.client.get("/inputs", { token });
    for (let sent = 0; sent < 3; sent += 1) expect((await get("one")).status).toBe(200);
    const refused = await get("one");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(String(refused.body["message"])).toMatch(
      /monthly execution limit|execution limit reached|quota|limit reached/i,
    );
    expect((await get("two")).status).toBe(200);
  });
});

describe("browsers", () => {
  const preflight = (origin: string) =>
    fetch(`${api.url}/kickoff`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });

  test("a preflight of a known origin is answered without a token", async () => {
    const answer = await preflight("https://app.example.com");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(answer.headers.get("access-control-allow-headers")).toContain("authorization");
  });

  test("another origin is not allowed", async () => {
    expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("errors can be read from a known origin too", async () => {
    const answer = await fetch(`${api.url}/inputs`, { headers: { origin: "https://app.example.com" } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  });

  test.each([
    "/api/v1/executions",
    "/metrics",
    "/healthz",
    "/inspector/status",
    "/dashboard/session",
    "/dashboard/login",
  ])("%s is not opened to a known origin", async (path) => {
    await using open = await startTestApi({
      API_TOKENS: "full",
      INSPECTOR: "1",
      CORS_ORIGINS: "https://app.example.com",
    });
    const origin = { origin: "https://app.example.com" };
    const asked = await open.client.get(path, { ...full, headers: origin });
    expect(asked.headers.get("access-control-allow-origin")).toBeNull();
    const headers = { ...origin, "access-control-request-method": "GET" };
    const preflight = await fetch(open.url + path, { method: "OPTIONS", headers });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  test.each(["/kickoff", "/inputs", "/status/x", "/x/status", "/stop/x", "/resume", "/automations/notes/kickoff"])(
    "%s is opened to a known origin",
    async (path) => {
      const headers = { origin: "https://app.example.com", "access-control-request-method": "POST" };
      const answer = await fetch(api.url + path, { method: "OPTIONS", headers });
      expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    },
  );
});

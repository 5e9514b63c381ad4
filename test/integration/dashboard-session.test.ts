import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { testToken } from "../support/services.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ API_TOKENS: `ops:${testToken},reader:read-token:read` });
});
afterAll(() => api[Symbol.asyncDispose]());

const own = { "sec-fetch-site": "same-origin" };

/** Signs in and returns the cookie as a browser would send it, and the whole `set-cookie`. */
async function signIn(token = testToken): Promise<{ cookie: string; setCookie: string }> {
  const answer = await api.client.post("/dashboard/login", { token }, { token: null, headers: own });
  const setCookie = answer.headers.get("set-cookie") ?? "";
  return { cookie: setCookie.split(";")[0] ?? "", setCookie };
}

describe("signing in", () => {
  test("sets a cookie that scripts and other sites cannot use, and that does not contain the token", async () => {
    const { setCookie } = await signIn();
    expect(setCookie).toMatch(/HttpOnly/i);
    expect(setCookie).toMatch(/SameSite=Strict/i);
    expect(decodeURIComponent(setCookie)).not.toContain(testToken);
  });

  test("returns whose session it is, and its scopes", async () => {
    const { cookie } = await signIn("read-token");
    const session = await api.client.get("/dashboard/session", { token: null, headers: { cookie } });
    expect(session.body).toEqual({ signed_in: true, name: "reader", scopes: ["read"] });
    expect((await api.client.get("/dashboard/session", { token: null })).body).toEqual({
      signed_in: false,
      ended: false,
    });
  });

  test("a cookie that is not valid text is not a session", async () => {
    const headers = { cookie: "crewstream_session=%E0%A4%A" };
    const session = await api.client.get("/dashboard/session", { token: null, headers });
    expect(session).toMatchObject({ status: 200, body: { signed_in: false } });
    expect((await api.client.get("/api/v1/stats", { token: null, headers })).status).toBe(401);
  });

  test("a wrong token and no token are rejected without a cookie", async () => {
    for (const [body, status] of [
      [{ token: "nope" }, 401],
      [{}, 400],
      [{ token: 7 }, 400],
    ] as const) {
      const answer = await api.client.post("/dashboard/login", body, { token: null, headers: own });
      expect(answer.status).toBe(status);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });

  test("wrong tokens and requests of other sites never lock out a valid token", async () => {
    await using fresh = await startTestApi({ API_TOKENS: `ops:${testToken}` });
    const login = (token: string, headers: Record<string, string>) =>
      fresh.client.post("/dashboard/login", { token }, { token: null, headers });
    const times = Array.from({ length: 40 });
    const crossSite = await Promise.all(times.map(() => login("nope", { "sec-fetch-site": "cross-site" })));
    expect(new Set(crossSite.map(({ status }) => status))).toEqual(new Set([403]));
    expect((await login("nope", own)).status).toBe(401);

    const wrong = await Promise.all(times.map(() => login("nope", own)));
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401, 429]));
    const refused = await login("nope", own);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await login(testToken, own)).status).toBe(200);
  });

  test("signing out deletes the cookie, and ends the session for a copy of it", async () => {
    const { cookie } = await signIn();
    const other = await signIn();
    const answer = await api.client.post("/dashboard/logout", undefined, { token: null, headers: { cookie, ...own } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toMatch(/=;.*Expires=Thu, 01 Jan 1970/i);

    const copied = { token: null, headers: { cookie } };
    expect((await api.client.get("/dashboard/session", copied)).body).toEqual({ signed_in: false, ended: true });
    expect((await api.client.get("/api/v1/automations", copied)).status).toBe(401);
    expect((await api.client.get("/dashboard/queues/", copied)).status).toBe(401);
    const untouched = await api.client.get("/api/v1/automations", { token: null, headers: { cookie: other.cookie } });
    expect(untouched.status).toBe(200);
  });

  test("signing out without a session, or with an expired one, is not an error", async () => {
    const { cookie } = await signIn();
    for (const headers of [own, { cookie, ...own }, { cookie, ...own }, { cookie: "crewstream_session=x", ...own }]) {
      const answer = await api.client.post("/dashboard/logout", undefined, { token: null, headers });
      expect(answer.status).toBe(204);
    }
  });

  test("another site cannot sign a user out", async () => {
    const { cookie } = await signIn();
    const headers = { cookie, "sec-fetch-site": "cross-site" };
    expect((await api.client.post("/dashboard/logout", undefined, { token: null, headers })).status).toBe(403);
    expect((await api.client.get("/api/v1/automations", { token: null, headers: { cookie } })).status).toBe(200);
  });
});

describe("a session", () => {
  test("may do what its token may, and no more", async () => {
    const { cookie } = await signIn("read-token");
    const read = await api.client.get("/api/v1/automations", { token: null, headers: { cookie } });
    expect(read.status).toBe(200);
    const headers = { cookie, ...own };
    const kickoff = await api.client.post("/automations/notes/kickoff", {}, { token: null, headers });
    expect(kickoff.status).toBe(403);
  });

  test.each([
    ["from our pages", { "sec-fetch-site": "same-origin" }, 200],
    ["from another site", { "sec-fetch-site": "cross-site" }, 403],
    ["from a sister site", { "sec-fetch-site": "same-site" }, 403],
    ["with another origin", { origin: "https://evil.example" }, 403],
    ["with an opaque origin", { origin: "null" }, 403],
    ["with no word of where it comes from", {}, 403],
  ])("changes something only %s", async (_case, from, status) => {
    const { cookie } = await signIn();
    const headers = { cookie, ...(from as Record<string, string>) };
    const answer = await api.client.post("/automations/notes/kickoff", {}, { token: null, headers });
    expect(answer.status).toBe(status);
  });

  test("checks Origin for browsers on plain HTTP, which send no Sec-Fetch-Site", async () => {
    const { cookie } = await signIn();
    const headers = { cookie, origin: new URL(api.url).origin };
    const answer = await api.client.post("/automations/notes/kickoff", {}, { token: null, headers });
    expect(answer.status).toBe(200);
  });

  test("that was altered, or encrypted for another purpose, is invalid", async () => {
    const { cookie } = await signIn();
    const altered = `${cookie.slice(0, -3)}AAA`;
    for (const wrong of [altered, "crewstream_session=v1.x.y", "crewstream_session="]) {
      const answer = await api.client.get("/api/v1/automations", { token: null, headers: { cookie: wrong } });
      expect(answer.status).toBe(401);
    }
  });

  test("does not replace a wrong bearer token", async () => {
    const { cookie } = await signIn();
    const answer = await api.client.get("/api/v1/automations", { token: "nope", headers: { cookie } });
    expect(answer.status).toBe(401);
  });
});

describe("the raw view of the queues", () => {
  test("is for admins", async () => {
    const { cookie } = await signIn();
    const shown = await api.client.get<string>("/dashboard/queues/", { token: null, headers: { cookie } });
    expect(shown.status).toBe(200);
    expect(shown.body).toContain("crewstream queues");
    expect((await api.client.get("/dashboard/queues/", { token: null })).status).toBe(401);
    expect((await api.client.get("/dashboard/queues/", { token: "read-token" })).status).toBe(403);
  });

  test("lists every queue, and changes none", async () => {
    const { body } = await api.client.get<{ queues: { name: string; readOnlyMode: boolean }[] }>(
      "/dashboard/queues/api/queues",
    );
    expect(body.queues.map(({ name }) => name)).toEqual(expect.arrayContaining(["runs", "feeds-0", "retries-0"]));
    expect(body.queues.every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
    const paused = await api.client.send("PUT", "/dashboard/queues/api/queues/runs/pause");
    expect(paused.status).toBe(403);
  });
});

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { defineCrew } from "@crewstream/crew";
import { mcpServer, testContext, eventProblems } from "@crewstream/crew/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guardedFetch } from "./guarded-fetch.ts";

let hits = 0;
let port = 0;
let received: IncomingHttpHeaders = {};
/** Redirects every request to the location in its path; a POST with 307, which keeps its method and body. */
const server = createServer((request, response) => {
  hits += 1;
  received = request.headers;
  const to = decodeURIComponent((request.url ?? "/").slice(1));
  if (to === "") response.end("here");
  else response.writeHead(request.method === "POST" ? 307 : 302, { location: to }).end();
});
beforeAll(async () => {
  server.listen(0);
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => void server.close());

describe("a private address", () => {
  const guarded = guardedFetch([]);
  test.each(["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"])(
    "%s is not reached",
    async (host) => {
      hits = 0;
      await expect(guarded(`http://${host}:${port}/`)).rejects.toThrow(/^The address points to .* may not be reached/);
      expect(hits).toBe(0);
    },
  );

  test("is not reached through a redirect either, but an allowed one is", async () => {
    const allowing = guardedFetch(["127.0.0.1/32"]);
    expect(await (await allowing(`http://127.0.0.1:${port}/`)).text()).toBe("here");
    const there = encodeURIComponent(`http://127.0.0.2:${port}/`);
    hits = 0;
    await expect(allowing(`http://127.0.0.1:${port}/${there}`)).rejects.toThrow("The address points to 127.0.0.2");
    expect(hits).toBe(1);
  });
});

describe("a redirect", () => {
  const allowing = guardedFetch(["127.0.0.0/8"]);
  const via = (to: string) => `http://127.0.0.1:${port}/${encodeURIComponent(to)}`;
  const elsewhere = () => via(`http://127.0.0.2:${port}/`);

  test.each(["authorization", "cookie", "x-api-key", "x-subscription-token", "proxy-authorization", "mcp-session-id"])(
    "keeps %s within an origin, and is rejected to another",
    async (name) => {
      const headers = { [name]: "secret-value" };
      expect(await (await allowing(via("/"), { headers })).text()).toBe("here");
      expect(received[name]).toBe("secret-value");
      hits = 0;
      await expect(allowing(elsewhere(), { headers })).rejects.toThrow(
        /redirects to http:\/\/127\.0\.0\.2:.* may not follow/,
      );
      expect(hits).toBe(1);
    },
  );

  test("with a body is followed within an origin, and rejected to another", async () => {
    expect(await (await allowing(via("/"), { method: "POST", body: "secret" })).text()).toBe("here");
    hits = 0;
    await expect(allowing(elsewhere(), { method: "POST", body: new Blob(["secret"]) })).rejects.toThrow(
      "may not follow",
    );
    expect(hits).toBe(1);
  });

  test("of a page is followed to another origin", async () => {
    const headers = { accept: "text/html", "user-agent": "crewstream" };
    expect(await (await allowing(elsewhere(), { headers })).text()).toBe("here");
    expect(received).toMatchObject({ ...headers, host: `127.0.0.2:${port}` });
  });
});

test.each(["http", "sse"] as const)(
  "an MCP server over %s there fails the task, unless it is allowed",
  async (transport) => {
    await using mcp = await mcpServer();
    const url = `${mcp.origin}/${transport === "sse" ? "sse" : "mcp"}`;
    const crew = defineCrew({
      agents: {
        a: { role: "A", goal: "g", backstory: "b", mcps: [{ name: "Local", url, transport }], maxRetryLimit: 0 },
      },
      tasks: [{ name: "t", description: "d", expectedOutput: "e", agent: "a" }],
    });
    const refused = testContext({ guardedFetch: guardedFetch([]) });
    expect(await crew.run(refused)).toMatchObject({
      state: "FAILED",
      error: expect.stringContaining(
        "Local could not be connected: The address points to 127.0.0.1 in the loopback range",
      ),
    });
    expect(mcp.headers).toEqual([]);
    const allowed = testContext({ guardedFetch: guardedFetch(["127.0.0.0/8"]) });
    expect(await crew.run(allowed)).toMatchObject({ state: "SUCCESS" });
    for (const { sink } of [refused, allowed]) expect(eventProblems(sink.events)).toEqual([]);
  },
);

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineCrew } from "@crewstream/crew";
import { mcpServer, testContext, eventProblems } from "@crewstream/crew/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guardedFetch } from "./guarded-fetch.ts";

let hits = 0;
let port = 0;
/** Sends every request on to where its path says. */
const server = createServer((request, response) => {
  hits += 1;
  const to = decodeURIComponent((request.url ?? "/").slice(1));
  if (to === "") response.end("here");
  else response.writeHead(302, { location: to }).end();
});
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
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

  test("is not reached through a redirect either, and one that is allowed is", async () => {
    const allowing = guardedFetch(["127.0.0.1/32"]);
    expect(await (await allowing(`http://127.0.0.1:${port}/`)).text()).toBe("here");
    const there = encodeURIComponent(`http://127.0.0.2:${port}/`);
    hits = 0;
    await expect(allowing(`http://127.0.0.1:${port}/${there}`)).rejects.toThrow("The address points to 127.0.0.2");
    expect(hits).toBe(1);
  });
});

test.each(["http", "sse"] as const)(
  "an MCP server by %s there fails the task, unless it is allowed",
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

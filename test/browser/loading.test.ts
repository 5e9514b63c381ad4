import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { ExecutionSummary } from "@crewstream/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { chromiumPath, Window } from "./chromium.ts";

const listLength = 100_000;

/** The list of executions as the API would return it, all in one page. */
function longList(): string {
  const items = Array.from({ length: listLength }, (_, index): ExecutionSummary => ({
    id: `01a20968-dd1a-7038-a20d-${String(index).padStart(12, "0")}`,
    automation: `run ${index}`,
    inputs_preview: null,
    kind: "crew",
    state: "SUCCESS",
    thread_id: null,
    token: "t",
    created_at: "2026-01-01T00:00:00.000Z",
    started_at: null,
    updated_at: null,
    ended_at: null,
    events: index,
    feeds: 0,
    feeds_open: 0,
    cancel_requested: false,
    error: null,
    error_type: null,
    error_location: null,
    usage: null,
    progress: null,
  }));
  return JSON.stringify({ items, next_cursor: null });
}

/** A proxy that serves a URL under a path prefix, as an ingress does. */
async function startPrefixProxy(target: string, prefix: string) {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith(`${prefix}/`) !== true) return outgoing.writeHead(404).end();
    const { method = "GET", headers } = incoming;
    const onward = request(target + incoming.url.slice(prefix.length), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
    return undefined;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}${prefix}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

describe.skipIf(chromiumPath === undefined)("the dashboard's pages", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api?.[Symbol.asyncDispose]());

  test("need less than 200 kB of compressed script for the first paint", async () => {
    await using window = await Window.open(api);
    const sizes: number[] = [];
    const uncompressed: string[] = [];
    window.page.on("response", (response) => {
      if (!response.url().endsWith(".js")) return;
      const encoding = response.headers()["content-encoding"] ?? "";
      if (response.url().includes("/assets/") && !/^(br|gzip)$/.test(encoding)) uncompressed.push(response.url());
      sizes.push(Number(response.headers()["content-length"]));
    });
    await window.signIn();
    await window.page.getByText("Events per minute").waitFor();
    expect(uncompressed).toEqual([]);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
  });

  test("work behind a path prefix that is unknown to the server", async () => {
    await using proxy = await startPrefixProxy(api.url, "/team/crews");
    await using window = await Window.open(api, { base: proxy.base });
    await window.signIn();
    await window.page.getByText("No crew worker").or(window.page.getByText("No delivery worker")).waitFor();
    await window.go("/automations/briefing");
    const curl = await window.page.getByRole("region", { name: "curl" }).innerText();
    expect(curl).toContain(`${proxy.base}/automations/briefing/kickoff`);
    expect(window.complaints).toEqual([]);
  });

  test("show a list of 100,000 with only a few rows in the page", async () => {
    await using window = await Window.open(api);
    const { page } = window;
    await window.signIn();
    await page.route("**/api/v1/executions?*", (route) =>
      route.fulfill({ contentType: "application/json", body: longList() }),
    );
    await window.go("/executions");
    const rows = page.getByRole("table", { name: "Executions" }).getByRole("row");
    await page.getByRole("link", { name: "run 0", exact: true }).waitFor();
    expect(await rows.count()).toBeLessThan(80);
    await page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)");
    await page.getByRole("link", { name: `run ${listLength - 1}`, exact: true }).waitFor();
    expect(await rows.count()).toBeLessThan(80);
    const last = rows.filter({ hasText: `run ${listLength - 1}` });
    expect(await last.getAttribute("aria-rowindex")).toBe(String(listLength + 1));
  });
});

import { addTallies, emptyTally } from "@crewstream/redis";
import type { Route } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { chromiumPath, Window } from "./chromium.ts";

const executionsScript = /\/assets\/executions-[^/]*\.js/;

describe.skipIf(chromiumPath === undefined)("unavailable resources of a page", () => {
  let api: TestApi;
  let window: Window;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    window = await Window.open(api);
    await window.signIn();
    return () => window[Symbol.asyncDispose]();
  });

  /** The menu is there, and the page reports that it could not be loaded. */
  async function expectNotice(): Promise<void> {
    await window.page.getByRole("alert").getByText("This page could not be loaded").waitFor();
    await window.page.getByRole("link", { name: "Automations" }).waitFor();
  }

  async function openExecutions(): Promise<void> {
    await window.page.getByRole("link", { name: "Executions" }).click();
  }

  async function expectExecutions(): Promise<void> {
    await window.page.getByRole("heading", { name: "Executions" }).waitFor();
    await window.page.getByText("Nothing has been run yet").waitFor();
  }

  test("offline: the menu stays, another page opens, and the page loads by itself when the network is back", async () => {
    const { page } = window;
    await page.getByText("Events per minute").waitFor();
    await page.context().setOffline(true);
    await openExecutions();
    await expectNotice();
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await openExecutions();
    await expectNotice();
    await page.context().setOffline(false);
    await expectExecutions();
  });

  test("a script whose transfer is aborted is requested again", async () => {
    let asked = 0;
    await window.page.route(executionsScript, async (route) => {
      asked += 1;
      await (asked <= 2 ? route.abort("connectionreset") : route.continue());
    });
    await openExecutions();
    await expectNotice();
    await expectExecutions();
    expect(asked).toBeGreaterThan(2);
  });

  test("a missing script (404) leaves the menu, and does not reload the page repeatedly", async () => {
    const { page } = window;
    let documents = 0;
    let asked = 0;
    page.on("request", (request) => {
      if (request.isNavigationRequest()) documents += 1;
    });
    const missing = async (route: Route): Promise<void> => {
      asked += 1;
      await route.fulfill({ status: 404, body: "gone" });
    };
    await page.route(executionsScript, missing);
    await openExecutions();
    await expectNotice();
    await eventually(() => expect(asked).toBeGreaterThan(3));
    await expectNotice();
    expect(documents).toBeLessThanOrEqual(1);
    await page.unroute(executionsScript, missing);
    await expectExecutions();
  });

  test("a tab of a build that the server no longer has reloads once, and shows the requested page", async () => {
    const { page } = window;
    // The document of the older build: its first script has another name, and its other files are gone.
    const script = await page.locator("script[type=module]").getAttribute("src");
    const current = String(script).replace(/^\.\//, "");
    const older = current.replace(/-[^-]+\.js$/, "-older.js");
    let documents = 0;
    await page.route(
      (url) => url.pathname === "/dashboard/",
      async (route) => {
        if (!route.request().isNavigationRequest()) return route.continue();
        documents += 1;
        if (documents > 1) return route.continue();
        const body = await (await route.fetch()).text();
        return route.fulfill({ body: body.replace(current, older), contentType: "text/html" });
      },
    );
    await page.route(`**/${older}`, async (route) => {
      const body = await (await fetch(new URL(`/dashboard/${current}`, api.url))).text();
      await route.fulfill({ body, contentType: "text/javascript" });
    });
    await page.route(executionsScript, (route) =>
      documents > 1 ? route.continue() : route.fulfill({ status: 404, body: "gone" }),
    );
    await page.goto("about:blank");
    await page.goto(`${api.url}/dashboard/#/executions`);
    await expectExecutions();
    expect(documents).toBe(2);
    expect(page.url()).toContain("#/executions");
  });

  test("without its first script the document reports that, and loads by itself later", async () => {
    const { page } = window;
    let asked = 0;
    await page.route(/\/assets\/index-[^/]*\.js/, async (route) => {
      asked += 1;
      await (asked <= 2 ? route.abort() : route.continue());
    });
    await page.goto("about:blank");
    await page.goto(`${api.url}/dashboard/#/executions`);
    await page.getByText("The dashboard has not loaded").waitFor();
    await expectExecutions();
  });

  test("a page whose own code fails leaves the menu, and shows the error", async () => {
    const { page } = window;
    await page.route(executionsScript, async (route) => {
      const code = await (await route.fetch()).text();
      const faulty = "export function ExecutionsPage() { throw new Error('a fault of the page'); }";
      const body = code.includes("as ExecutionsPage") ? faulty : code;
      await route.fulfill({ contentType: "text/javascript", body });
    });
    await openExecutions();
    await page.getByRole("alert").getByText("This page has failed").waitFor();
    await page.getByRole("alert").getByText("a fault of the page").waitFor();
    await page.getByRole("link", { name: "Automations" }).click();
    await page.getByRole("heading", { name: "Automations" }).waitFor();
  });

  test("a chart whose script cannot be loaded does not affect the rest", async () => {
    const { page } = window;
    await addTallies(api.store, new Map([["", { ...emptyTally(), published: 3 }]]), Date.now());
    let refused = 0;
    await page.route(/\/assets\/chart-[^/]*\.js/, async (route) => {
      refused += 1;
      await (refused <= 2 ? route.abort() : route.continue());
    });
    await page.reload();
    await page.getByText("The chart could not be loaded").first().waitFor();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByRole("img", { name: /^Last hour/ }).waitFor();
  });

  test.each([
    ["of another shape", '{"items": 7}'],
    ["that is no JSON", "<html>Welcome to the proxy</html>"],
  ])("an answer %s is shown as an error that stays, and no longer once answers fit", async (_, body) => {
    const { page } = window;
    const listing = /\/api\/v1\/(executions|deliveries|endpoints|automations)(\?|$)/;
    let answered = Promise.resolve();
    await page.route(listing, async (route) => {
      await answered;
      await route.fulfill({ contentType: "application/json", body });
    });
    for (const name of ["Executions", "Deliveries", "Automations"]) {
      await page.getByRole("link", { name }).click();
      // Until the page is there, the notice is the last page's.
      await page.getByRole("heading", { level: 1, name }).waitFor();
      const notice = page.getByRole("main").getByRole("alert").getByText("Unexpected answer");
      await notice.first().waitFor();
      await eventually(async () => expect(await page.getByText(/^Loading/).count()).toBe(0));
      // It stays while the page reloads its data: that is not mistaken for a first load.
      const { promise, resolve } = Promise.withResolvers<void>();
      answered = promise;
      await page.waitForRequest(listing);
      await notice.first().waitFor();
      expect([name, await page.getByText(/^Loading/).count()]).toEqual([name, 0]);
      resolve();
    }
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.getByRole("table", { name: "Automations" }).waitFor();
  });
});

import { processAnnouncer } from "@crewstream/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";
import { testToken } from "../support/services.ts";
import { chromiumPath, Window } from "./chromium.ts";

describe.skipIf(chromiumPath === undefined)("a session that ends by itself", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api?.[Symbol.asyncDispose]());

  /** Ends a window's session as expiry or another key would: the browser keeps the cookie. */
  async function endSession(window: Window): Promise<void> {
    const [cookie] = await window.page.context().cookies();
    await window.page.context().clearCookies();
    await window.page.context().addCookies([{ ...cookie, name: String(cookie?.name), value: "of-another-key" }]);
  }

  async function signInAgain(window: Window): Promise<void> {
    await window.page.getByText("Your session has ended").waitFor();
    expect(await window.violations()).toEqual([]);
    await window.page.getByLabel("API token").fill(testToken);
    await window.page.getByRole("button", { name: "Sign in" }).click();
  }

  test("is reported on the sign-in page, which returns to the previous page", async () => {
    await using window = await Window.open(api);
    await window.signIn();
    await window.go("/deliveries?state=dead");
    await window.page.getByText("No delivery is dead").waitFor();
    await endSession(window);
    await signInAgain(window);
    await window.page.getByText("No delivery is dead").waitFor();
    expect(window.page.url()).toContain("#/deliveries?state=dead");
  });

  test("is reported after a reload, but not on a first visit or after signing out", async () => {
    await using window = await Window.open(api);
    const { page } = window;
    await window.go("/automations");
    await page.getByLabel("API token").waitFor();
    expect(await page.getByText("Your session has ended").count()).toBe(0);
    await window.signIn();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API token").waitFor();
    expect(await page.getByText("Your session has ended").count()).toBe(0);

    await window.signIn();
    await endSession(window);
    await page.goto("about:blank");
    await page.goto(`${api.url}/dashboard/#/automations`);
    await signInAgain(window);
    await page.getByRole("table", { name: "Automations" }).waitFor();
  });
});

describe.skipIf(chromiumPath === undefined)("a system in which nothing has happened yet", () => {
  test("shows not that all is healthy, but that nothing was sent, and what to do", async () => {
    await using api = await startTestApi();
    for (const kind of ["crew", "delivery"] as const) await processAnnouncer(api.store, kind).announce();
    await using window = await Window.open(api);
    await window.signIn();
    await window.page.getByText("Nothing has been sent yet").waitFor();
    expect(await window.page.getByText("healthy").count()).toBe(0);
  });
});

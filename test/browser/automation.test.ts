import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { chromiumPath, Window } from "./chromium.ts";

describe.skipIf(chromiumPath === undefined)("the page of an automation", () => {
  let system: System;
  let window: Window;

  beforeAll(async () => {
    const AUTOMATIONS_DIR = fileURLToPath(new URL("../fixtures/printing", import.meta.url));
    system = await startSystem({ env: { AUTOMATIONS_DIR } });
    window = await Window.open(system);
    await window.signIn();
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  test("shows its recent runs, success rate and durations in a range, what it is, its graph and its inputs", async () => {
    const { page } = window;
    await window.go("/automations/order_flow");
    await page.getByText("No run in the last 24 hours").waitFor();
    await page.getByText("It has not been run yet").waitFor();
    for (const items of [3, 2, 1, 0]) {
      const id = await system.client.kickoff("order_flow", { inputs: { order: `A-${items}`, items } });
      await system.client.ended(id);
    }
    await page.getByLabel("Range").selectOption("Last 15 minutes");
    await eventually(async () => {
      expect(await window.tile("Success rate")).toBe("75%");
      expect(await window.tile("Runs")).toBe("4");
      expect(await window.tile("Duration p50")).toMatch(/^[\d.]+ m?s/);
      expect(await window.tile("Duration p95")).toMatch(/^[\d.]+ m?s/);
    });
    await page.getByRole("img", { name: "Last 15 minutes: 3 succeeded, 1 failed" }).waitFor();
    expect(page.url()).toContain("range=15m");
    const recent = page.getByRole("table", { name: "Recent runs" });
    await eventually(async () => expect(await recent.getByRole("row", { name: /A-\d/ }).count()).toBe(4));
    await recent
      .getByRole("row", { name: /A-0.*Order A-0 has no items/s })
      .getByText("Failed")
      .waitFor();

    await page.getByText("TypeScript", { exact: true }).waitFor();
    await page.getByText("integer, optional, default 1: How many items it has").waitFor();
    await page.getByRole("img", { name: "Starts with check" }).waitFor();
    expect(await page.getByLabel("items (optional)").getAttribute("placeholder")).toBe("1");
    expect(await window.violations()).toEqual([]);
    await recent.getByRole("link", { name: /A-2/ }).click();
    await page.getByRole("tab", { name: "Timeline" }).waitFor();
    expect(window.complaints).toEqual([]);
  });
});

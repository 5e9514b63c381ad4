import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { chromiumPath, Window } from "./chromium.ts";

describe.skipIf(chromiumPath === undefined)("runs", () => {
  let system: System;
  let sink: WebhookSink;
  let window: Window;
  let complete: string;
  let failed: string;

  beforeAll(async () => {
    const AUTOMATIONS_DIR = fileURLToPath(new URL("../fixtures/printing", import.meta.url));
    system = await startSystem({ env: { AUTOMATIONS_DIR } });
    sink = await WebhookSink.start();
    window = await Window.open(system);
    await window.signIn();
    const authentication = { strategy: "bearer", token: "receivers-own-token" };
    complete = await system.client.kickoff("order_flow", {
      inputs: { order: "A-1", items: 3 },
      webhooks: { url: sink.url("/first"), events: ["order_checked"], authentication },
    });
    failed = await system.client.kickoff("order_flow", { inputs: { order: "B-2", items: 0 } });
    await system.client.ended(complete);
    await system.client.ended(failed);
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  /** Waits until the list has these runs, in any order, by the end of their ids. */
  async function expectListed(...ids: string[]): Promise<void> {
    await eventually(async () => {
      const rows = window.page.getByRole("table", { name: "Executions" }).getByRole("row");
      const texts = (await rows.allInnerTexts()).slice(1);
      expect(texts).toHaveLength(ids.length);
      for (const id of ids) expect(texts.some((text) => text.includes(id.slice(-6)))).toBe(true);
    });
  }

  test("are found by their inputs, error, id, state, time and duration", async () => {
    const { page } = window;
    await window.go("/executions");
    await expectListed(complete, failed);
    await page.getByText("order: A-1, items: 3").waitFor();
    const search = page.getByRole("searchbox");
    await search.fill("b-2 has no");
    await expectListed(failed);
    await search.fill("order: A-1");
    await expectListed(complete);
    await search.fill(failed.slice(-12));
    await expectListed(failed);
    // The search is in the address: a reload, or whoever gets the link, sees the same.
    await page.reload();
    await expectListed(failed);
    await search.fill("in no run");
    await page.getByText("No execution matches").waitFor();
    await page.getByRole("link", { name: "Show all executions" }).click();
    await expectListed(complete, failed);
    expect(await search.inputValue()).toBe("");
    await page.getByLabel("State").selectOption("Succeeded");
    await expectListed(complete);
    await page.getByLabel("State").selectOption("All states");
    await page.getByLabel("Time range").selectOption("Last 15 minutes");
    await expectListed(complete, failed);
    await page.getByLabel("Duration").selectOption("10 min or longer");
    await page.getByText("No execution matches").waitFor();
    await page.getByRole("link", { name: "Show all executions" }).click();
    await expectListed(complete, failed);
    // A whole id opens its run.
    await search.fill(complete);
    await search.press("Enter");
    await page.getByRole("heading", { name: /order_flow/ }).waitFor();
    expect(page.url()).toContain(complete);
  });

  test("show what they printed, their own events, and where an error occurred", async () => {
    const { page } = window;
    await window.go(`/executions/${failed}`);
    await page.getByRole("list", { name: "Log of the run" }).getByText("checking B-2").waitFor();
    const bars = page.getByRole("table", { name: "Timeline of the run" });
    await bars.getByText("order_checked").waitFor();
    await bars.getByText('order: "B-2", items: 0').waitFor();
    const notice = page.locator(".notice", { hasText: "Order B-2 has no items" });
    await notice.getByText(/order_flow\.ts:18:\d+$/).click();
    await notice.getByText("RangeError: Order B-2 has no items").waitFor();
    expect(await window.violations()).toEqual([]);
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByRole("button", { name: /order_checked.*order: "B-2", items: 0/ }).waitFor();
  });

  test("run again with the same inputs and webhooks, or with others", async () => {
    const { page } = window;
    await window.go(`/executions/${complete}`);
    await page.getByRole("button", { name: "Run again" }).click();
    const dialog = page.getByRole("dialog", { name: "Run order_flow again?" });
    expect(JSON.parse(await dialog.getByLabel("Inputs").inputValue())).toEqual({ order: "A-1", items: 3 });
    expect(await window.violations()).toEqual([]);
    await dialog.getByRole("button", { name: "Run again" }).click();
    await page.getByText("A new run has started").waitFor();
    await eventually(async () => expect(await page.getByText("Succeeded").count()).toBe(1));
    expect(page.url()).not.toContain(complete);
    await sink.received(2, "/first");
    const [, second] = sink.requests("/first");
    expect(page.url()).toContain(String(second?.headers["crewstream-execution-id"]));
    expect(second?.headers["authorization"]).toBe("Bearer receivers-own-token");

    // Corrected inputs, to another receiver: it gets nothing of the first one's.
    await window.go(`/executions/${failed}`);
    await page.getByRole("button", { name: "Run again" }).click();
    const again = page.getByRole("dialog").getByRole("button", { name: "Run again" });
    await page.getByRole("dialog").getByLabel("Inputs").fill("{no");
    await page.getByText("Inputs must be a JSON object").waitFor();
    expect(await again.isDisabled()).toBe(true);
    await page.getByRole("dialog").getByLabel("Inputs").fill('{"order": "B-2", "items": 4}');
    await page.getByLabel("Deliver the run’s events to a webhook").check();
    await page.getByLabel("URL", { exact: true }).fill(sink.url("/second"));
    await again.click();
    await page.getByText("Succeeded").waitFor();
    const delivered = await sink.eventOfType("order_checked", "/second");
    expect(delivered.data).toMatchObject({ order: "B-2", items: 4 });
    expect(sink.requests("/second")[0]?.headers["authorization"]).toBeUndefined();
    expect(window.complaints).toEqual([]);
  });
});

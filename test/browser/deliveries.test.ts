import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { chromiumPath, Window } from "./chromium.ts";

describe.skipIf(chromiumPath === undefined)("the pages of deliveries", () => {
  let system: System;
  let sink: WebhookSink;
  let window: Window;

  beforeAll(async () => {
    system = await startSystem({ env: { WEBHOOK_RETRY_SCHEDULE: "10ms" } });
    sink = await WebhookSink.start();
    window = await Window.open(system);
    await window.signIn();
    sink.script("/old", { status: 404, body: "This hook was moved in May" });
    sink.script("/rejects", 422);
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  async function kickoff(path: string): Promise<string> {
    const webhooks = { url: sink.url(path), events: ["flow_finished"] };
    return system.client.kickoff("release_notes", { inputs: { version: "1.0.0" }, webhooks });
  }

  test("show the path, the automation, the response and its duration; a group is discarded after its count", async () => {
    const { page } = window;
    await Promise.all([kickoff("/old"), kickoff("/old"), kickoff("/old"), kickoff("/rejects"), kickoff("/fine")]);
    await window.go("/deliveries?state=dead");
    const groups = page.getByRole("table", { name: /^Failures grouped/ });
    await eventually(async () => {
      expect(await groups.getByRole("row", { name: /404 Not Found/ }).innerText()).toMatch(/\n3\n/);
      expect(await groups.getByRole("row", { name: /422/ }).count()).toBe(1);
    });
    const dead = page.getByRole("table", { name: "Dead deliveries" });
    const row = dead.getByRole("row", { name: /404 Not Found/ }).first();
    expect(await row.innerText()).toContain("/old");
    await row.getByRole("link", { name: /^release_notes/ }).waitFor();
    expect(await window.violations()).toEqual([]);

    await row.getByRole("link", { name: /delivery dlv_/ }).click();
    const newest = page.getByRole("region", { name: "Response to attempt 2" });
    expect(await newest.innerText()).toContain("This hook was moved in May");
    await page
      .getByText(/^[\d.]+ (ms|s)$/)
      .first()
      .waitFor();

    await window.go("/deliveries?state=delivered");
    await page.getByText(/200 OK in [\d.]+ (ms|s)$/).waitFor();

    await window.go("/deliveries?state=dead");
    await groups
      .getByRole("row", { name: /404 Not Found/ })
      .getByRole("button", { name: "Discard all like this" })
      .click();
    const dialog = page.getByRole("dialog", {
      name: `Discard all dead deliveries to ${new URL(sink.url()).origin} with 404 Not Found?`,
    });
    await dialog.getByText("will never be sent").waitFor();
    await dialog.getByRole("button", { name: "Discard 3 deliveries" }).click();
    await dialog.getByText("Done: 3 deliveries are discarded.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await eventually(async () => expect(await dead.getByRole("row").count()).toBe(2));
    const { body } = await system.client.get<{ items: { status: number }[] }>("/api/v1/deliveries?state=dead");
    expect(body.items.map(({ status }) => status)).toEqual([422]);

    await page.getByRole("button", { name: "Retry all dead" }).click();
    await page.getByRole("dialog", { name: "Retry all dead deliveries?" }).getByText("1 delivery").first().waitFor();
    await page.keyboard.press("Escape");
    expect(window.complaints).toEqual([]);
  });
});

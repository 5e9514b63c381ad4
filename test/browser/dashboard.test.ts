import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, testToken, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { chromiumPath, Window } from "./chromium.ts";

describe.skipIf(chromiumPath === undefined)("the dashboard", () => {
  let system: System;
  let sink: WebhookSink;
  let window: Window;
  let execution: string;
  let delivery: { id: string; endpoint: string };

  beforeAll(async () => {
    system = await startSystem({
      env: { WEBHOOK_RETRY_SCHEDULE: "1h", API_TOKENS: `${testToken},r:reading-only:read` },
    });
    sink = await WebhookSink.start();
    window = await Window.open(system);
    await window.signIn();
    sink.script("/broken", { status: 500, body: "boom" });
    const url = sink.url("/broken");
    execution = await system.client.kickoff("research_crew", {
      inputs: { topic: "webhooks" },
      webhooks: { url, events: ["*"], realtime: false },
    });
    await system.client.ended(execution);
    delivery = await eventually(async () => {
      const { body } = await system.client.get<{ items: (typeof delivery)[] }>("/api/v1/deliveries?state=retrying");
      const [first] = body.items;
      if (first === undefined) throw new Error("The delivery is not listed yet");
      return first;
    });
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  test("asks for a token, rejects a wrong one, and stores no token in the browser", async () => {
    await using other = await Window.open(system);
    const { page } = other;
    await other.go("/deliveries");
    await page.getByLabel("API token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("not one of the server's API_TOKENS").waitFor();
    await page.getByLabel("API token").fill(testToken);
    await page.getByRole("button", { name: "Sign in" }).click();
    // The page that was requested is shown after the sign-in.
    await page.getByRole("heading", { name: "Deliveries" }).waitFor();
    expect(page.url()).not.toContain(testToken);
    const kept = await page.evaluate<string>(
      "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])",
    );
    expect(kept).toBe('[{},{},""]');

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API token").waitFor();
    await page.reload();
    await page.getByLabel("API token").waitFor();
    const status = await page.evaluate<number>("fetch('../api/v1/stats').then((answer) => answer.status)");
    expect(status).toBe(401);
    expect(other.complaints).toEqual([]);
  });

  test("shows a reader everything, but no button that its token does not allow", async () => {
    await using reader = await Window.open(system);
    await reader.signIn("reading-only");
    await reader.go(`/executions/${execution}`);
    await reader.page.getByRole("tab", { name: "Timeline" }).waitFor();
    expect(await reader.page.getByRole("button", { name: "Replay events" }).count()).toBe(0);
    expect(await reader.page.getByRole("link", { name: "Queues" }).count()).toBe(0);
  });

  test("kicks an automation off from its form, like the command shown next to it", async () => {
    const { page } = window;
    await window.go("/automations/release_notes");
    await page.getByLabel("git_log").fill("a1b2c3d feat: it's here");
    await page.getByLabel("version").fill("1.5.0");
    await page.getByLabel("Deliver the run’s events to a webhook").check();
    await page.getByLabel("URL", { exact: true }).fill(sink.url("/form"));
    await page.getByLabel("Events", { exact: true }).fill("flow_finished, method_*");
    await page.getByLabel("When", { exact: true }).selectOption("adaptive");
    await page.getByLabel("Maximum delay in milliseconds").fill("400");
    await page.getByLabel("Merge streamed chunks of one response").check();
    const curl = await page.getByRole("region", { name: "curl" }).innerText();
    expect(curl).toContain("automations/release_notes/kickoff");
    expect(curl).toContain(sink.url("/form"));
    expect(JSON.parse(/-d '(.*)'$/s.exec(curl)?.[1]?.replaceAll(String.raw`'\''`, "'") ?? "")).toMatchObject({
      webhooks: { realtime: { max_delay_ms: 400 }, coalesce: true },
    });
    expect(curl).not.toContain(testToken);

    await page.getByRole("button", { name: "Kick off" }).click();
    await page.getByRole("tab", { name: "Timeline" }).waitFor();
    await page.getByText("Succeeded").waitFor();
    const delivered = await sink.eventOfType("flow_finished", "/form");
    expect(page.url()).toContain(delivered.execution_id);
    const types = new Set(sink.events("/form").map(({ type }) => type.replace(/_(started|finished)$/, "")));
    expect([...types].sort()).toEqual(["flow", "method_execution"]);

    await page.getByRole("tab", { name: "Inputs and result" }).click();
    expect(await page.getByRole("region", { name: "Inputs" }).innerText()).toContain("a1b2c3d feat: it's here");
    expect(await page.getByRole("region", { name: "Result" }).innerText()).toContain("1.5.0");

    await page.getByRole("tab", { name: "Webhooks" }).click();
    await page
      .getByText("together if they would be older than 400 ms when sent alone, chunks of one response merged")
      .waitFor();
  });

  test("shows a run as nested bars that expand to their events, and finds an event by its text", async () => {
    const { page } = window;
    await window.go(`/executions/${execution}`);
    const bars = page.getByRole("table", { name: "Timeline of the run" });
    await bars.getByRole("button", { name: "Task research" }).click();
    await page.getByRole("region", { name: "task_started" }).waitFor();
    await bars.getByRole("button", { name: "Fold research_crew" }).click();
    await bars.getByRole("button", { name: "Task research" }).waitFor({ state: "detached" });

    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByLabel("Search events").fill("facts_found");
    const { length } = (await system.client.events(execution)).filter((event) =>
      JSON.stringify(event).includes("facts_found"),
    );
    await page.getByText(`${length} of`).waitFor();
    await page.getByRole("button", { name: "facts_found" }).first().click();
    await page.getByRole("region", { name: /^Event / }).waitFor();
  });

  test("answers a run that waits for a person", async () => {
    const { page } = window;
    const paused = await system.client.kickoff("reviewed_post", { inputs: { topic: "durable webhooks" } });
    await window.go("/");
    await page.getByRole("link", { name: /waits? for an answer/ }).click();
    await page.getByRole("link", { name: /^reviewed_post/ }).click();
    await page.getByRole("heading", { name: "Publish this post?" }).waitFor();
    expect(await page.getByRole("region", { name: "To review" }).innerText()).toContain("durable webhooks");
    const violations = await window.violations();
    await page.getByLabel("Feedback").fill("Too long for our readers");
    await page.getByRole("button", { name: "rejected" }).click();
    await page.getByText("Succeeded").waitFor();
    const { result } = await system.client.ended(paused);
    expect(JSON.stringify(result)).toContain("rejected");
    expect(violations).toEqual([]);
  });

  test("is usable by keyboard and screen reader: axe finds no violation on any page, light and dark", async () => {
    const { page } = window;
    const pages = [
      "/",
      "/executions",
      ...["timeline", "events", "webhooks", "data"].map((tab) => `/executions/${execution}?tab=${tab}`),
      "/deliveries",
      "/deliveries?state=delivered",
      `/deliveries/${delivery.id}`,
      "/endpoints",
      `/endpoints/${delivery.endpoint}`,
      "/automations",
      "/automations/research_crew",
      "/nowhere",
    ];
    const found: string[] = [];
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const path of pages) {
        await window.go(path);
        await eventually(async () => expect(await page.getByText(/^Loading/).count()).toBe(0));
        // Only the colours differ in dark mode.
        const rules = scheme === "light" ? [] : ["color-contrast"];
        found.push(...(await window.violations(rules)).map((violation) => `${scheme} ${path}: ${violation}`));
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await window.go("/deliveries");
    await page.getByRole("button", { name: "Retry all like this" }).first().click();
    await page.getByRole("dialog").waitFor();
    found.push(...(await window.violations()));
    expect(found).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  test("logs no error: no script failed, and the content security policy blocked nothing", () => {
    expect(window.complaints).toEqual([]);
  });
});

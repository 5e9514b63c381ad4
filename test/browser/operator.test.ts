import { endpointId } from "@crewstream/contracts";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { chromiumPath, Window } from "./chromium.ts";

describe.skipIf(chromiumPath === undefined)("what an operator inspects and corrects", () => {
  let system: System;
  let sink: WebhookSink;
  let window: Window;

  beforeAll(async () => {
    // Retries are far in the future: what is sent here was sent by a person.
    system = await startSystem({ env: { WEBHOOK_RETRY_SCHEDULE: "1h,1h", WEBHOOK_TIMEOUT_MS: "30000" } });
    sink = await WebhookSink.start();
    window = await Window.open(system);
    await window.signIn();
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await sink?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  async function kickoff(path: string, settings: Record<string, unknown> = {}): Promise<string> {
    const webhooks = { url: sink.url(path), events: ["*"], ...settings };
    const id = await system.client.kickoff("release_notes", { inputs: { version: "1.0.0" }, webhooks });
    await system.client.ended(id);
    return id;
  }

  /** The run's delivery that waits for a retry. */
  function retrying(execution: string): Promise<string> {
    return eventually(async () => {
      const path = `/api/v1/deliveries?state=retrying&execution_id=${execution}`;
      const { body } = await system.client.get<{ items: { id: string }[] }>(path);
      expect(body.items).not.toHaveLength(0);
      return String(body.items[0]?.id);
    });
  }

  test("a delivery shows the request, and the response with its headers", async () => {
    const { page } = window;
    const headers = { "x-request-id": "req-4711", "set-cookie": "session=hush" };
    sink.script("/refused", { status: 422, headers, body: "unknown event type" });
    const authentication = { strategy: "bearer", token: "receivers-own-token" };
    const id = await retrying(await kickoff("/refused", { authentication }));
    await window.go(`/deliveries/${id}`);

    const sent = page.getByRole("region", { name: "Headers of attempt 1" });
    await sent.waitFor();
    const [request] = await sink.received(1, "/refused");
    const shown = await sent.innerText();
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-attempt", "content-length", "user-agent"]) {
      expect(shown).toContain(`${name}: ${String(request?.headers[name])}`);
    }
    expect(shown).toContain("authorization: Bearer [hidden]");
    expect(shown).toContain("webhook-signature: v1,[hidden]");
    const body = await page.getByRole("region", { name: /^Body, / }).innerText();
    expect(JSON.parse(body)).toEqual(JSON.parse(request?.rawBody ?? ""));

    await page.getByText("Response", { exact: true }).waitFor();
    const answer = await page.getByRole("region", { name: "Response to attempt 1" }).innerText();
    expect(answer).toContain("x-request-id: req-4711");
    expect(answer).toContain("set-cookie: [redacted]");
    expect(answer).toMatch(/\n\nunknown event type$/);
    expect(await page.content()).not.toContain("receivers-own-token");
    expect(await window.violations()).toEqual([]);
  });

  test("a delivery is discarded after a confirmation, and its page says that it is gone", async () => {
    const { page } = window;
    sink.script("/dropped", 404);
    const id = await retrying(await kickoff("/dropped"));
    await window.go(`/deliveries/${id}`);
    await page.getByText("The last response was 404 Not Found").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByRole("dialog").getByText("can be replayed").waitFor();
    await page.getByRole("button", { name: "Discard for good" }).click();
    await page.getByText("The delivery is discarded").waitFor();
    expect((await system.client.get(`/api/v1/deliveries/${id}`)).status).toBe(404);
    // Back to the list, which no longer contains it.
    await page.getByRole("heading", { name: "Deliveries" }).waitFor();
    await window.go(`/deliveries/${id}`);
    await page.getByText("There is no delivery").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Delivery");
  });

  test("the held head of a strict webhook is retried, and what waits behind it follows", async () => {
    const { page } = window;
    sink.script("/strict", [422]);
    const execution = await kickoff("/strict", { realtime: true, ordering: "strict" });
    await retrying(execution);
    const events = await system.client.events(execution);
    await window.go("/deliveries?state=retrying");
    await page
      .getByRole("table", { name: "Retrying deliveries" })
      .getByRole("row", { name: new RegExp(`422`) })
      .filter({ hasText: "#1" })
      .first()
      .waitFor();
    await window.go(`/deliveries/${await retrying(execution)}`);
    await page.getByText("Held at the head of its feed until").waitFor();
    expect(sink.requests("/strict")).toHaveLength(1);
    await page.getByRole("button", { name: "Retry now" }).click();
    await page.getByText("It is tried again now").waitFor();
    await sink.until(() => sink.events("/strict").length === events.length);
    expect(sink.events("/strict").map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    await page.getByRole("heading", { name: /Delivered/ }).waitFor();
  });

  test("charts show a chosen range, and say where there is nothing", async () => {
    const { page } = window;
    await using quiet = await WebhookSink.start();
    await kickoff("/quiet", { url: quiet.url("/quiet") });
    await quiet.received(1, "/quiet");
    await window.go(`/endpoints/${endpointId(new URL(quiet.url()))}?range=24h`);
    await page.getByRole("img", { name: /^Last 24 hours: [1-9]\d* requests succeeded, 0 failed/ }).waitFor();
    await page.getByLabel("Range").selectOption("Last 7 days");
    await page.getByRole("img", { name: /^Last 7 days: [1-9]\d* requests succeeded/ }).waitFor();
    expect(page.url()).toContain("range=7d");
    await page.route("**/api/v1/stats/history*", (route) => route.fulfill({ json: { steps: [] } }));
    await page.getByLabel("Range").selectOption("Last 15 minutes");
    await page.getByText("Nothing in the last 15 minutes").waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  test("an endpoint that hangs shows its requests in flight", async () => {
    const { page } = window;
    await using hanging = await WebhookSink.start();
    hanging.script("/hang", "hang");
    for (let run = 0; run < 3; run += 1) await kickoff("/hang", { url: hanging.url("/hang") });
    await hanging.received(3, "/hang");
    await window.go(`/endpoints/${endpointId(new URL(hanging.url()))}`);
    await eventually(async () => expect(await window.tile("In flight")).toBe("3"));
    await window.go("/endpoints");
    const row = page.getByRole("row").filter({ hasText: new URL(hanging.url()).origin });
    expect(await row.getByRole("cell").nth(5).innerText()).toBe("3");
  });

  test("a Redis that lost its data is shown on every page until dismissed", async () => {
    const { page } = window;
    const { REDIS_URL = "", KEY_PREFIX } = system.env;
    const redis = new Redis(REDIS_URL);
    // What a process that notices it writes.
    await redis.hset(`${KEY_PREFIX}:{deployment}`, "lost_at", Date.now());
    redis.disconnect();
    const banner = page.getByText("Redis came back without its data");
    await window.go("/endpoints");
    await banner.waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await banner.waitFor({ state: "detached" });
    await page.reload();
    await window.go("/");
    await page.getByText("jobs between the processes").waitFor();
    expect(await banner.count()).toBe(0);
  });

  test("no page scrolls sideways on a phone", async () => {
    const { page } = window;
    await page.setViewportSize({ width: 390, height: 844 });
    const execution = await kickoff("/refused");
    const id = await retrying(execution);
    const pages = [
      "/",
      "/executions",
      ...["timeline", "events", "webhooks", "data"].map((tab) => `/executions/${execution}?tab=${tab}`),
      "/deliveries",
      `/deliveries/${id}`,
      "/endpoints",
      `/endpoints/${endpointId(new URL(sink.url()))}`,
      "/automations",
      "/automations/release_notes",
    ];
    const wide: string[] = [];
    for (const path of pages) {
      await window.go(path);
      await eventually(async () => expect(await page.getByText(/^Loading/).count()).toBe(0));
      const width = await page.evaluate<number>("document.scrollingElement.scrollWidth");
      if (width > 390) wide.push(`${path}: ${width}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(wide).toEqual([]);
  });

  test("a copy of the cookie is invalid after signing out", async () => {
    await using other = await Window.open(system);
    await other.signIn();
    const [cookie] = await other.page.context().cookies();
    const headers = { cookie: `${cookie?.name}=${cookie?.value}` };
    const copied = () => fetch(`${system.client.baseUrl}/api/v1/stats`, { headers });
    expect((await copied()).status).toBe(200);
    await other.page.getByRole("button", { name: "Sign out" }).click();
    await other.page.getByLabel("API token").waitFor();
    expect((await copied()).status).toBe(401);
  });

  test("the console has no errors except for deleted items", () => {
    expect(window.complaints.filter((text) => !text.includes("404"))).toEqual([]);
  });
});

import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { chromiumPath, Window } from "./chromium.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe.skipIf(chromiumPath === undefined)("the health of endpoints and automations", () => {
  let folder: string;
  let system: System;
  let window: Window;

  beforeAll(async () => {
    await mkdir(join(root, ".crewstream"), { recursive: true });
    folder = await mkdtemp(join(root, ".crewstream", "automations-"));
    await copyFile(join(root, "examples/release_notes.ts"), join(folder, "release_notes.ts"));
    await writeFile(join(folder, "half.ts"), "export default defineFlow({\n");
    await mkdir(join(folder, "poem/src/poem"), { recursive: true });
    await writeFile(join(folder, "poem/pyproject.toml"), '[project]\nname = "poem"\ndependencies = ["crewai"]\n');
    await writeFile(join(folder, "poem/src/poem/crew.py"), "class Poem: pass\n");
    system = await startSystem({ env: { AUTOMATIONS_DIR: folder, WEBHOOK_RETRY_SCHEDULE: "1h,1h" } });
    window = await Window.open(system);
    await window.signIn();
  });
  afterAll(async () => {
    await window?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("an automation that does not load is listed with its error, and one without an environment with the command", async () => {
    const { page } = window;
    await window.go("/automations");
    const table = page.getByRole("table", { name: "Automations" });
    const broken = table.getByRole("row", { name: /half/ });
    await broken.getByText("Not loaded").waitFor();
    expect(await broken.innerText()).toMatch(/half\.ts/);
    const poem = table.getByRole("row", { name: /poem/ });
    await poem.getByText("Needs setup").waitFor();
    await poem.getByText("npx crewstream python sync poem").waitFor();
    await table
      .getByRole("row", { name: /release_notes/ })
      .getByText("Ready")
      .waitFor();
    expect(await window.violations()).toEqual([]);
    await page.getByRole("link", { name: "poem", exact: true }).click();
    await page.getByText("It cannot be run yet").waitFor();
    await page.getByText("npx crewstream python sync poem").waitFor();
    expect(await page.getByRole("button", { name: "Kick off" }).count()).toBe(0);
    expect(await window.violations()).toEqual([]);
  });

  test("the overview's headline names endpoints that refuse everything, and one that takes only a part", async () => {
    const { page } = window;
    await using refusing = await WebhookSink.start();
    await using partial = await WebhookSink.start();
    const kickoff = (url: string) =>
      system.client.kickoff("release_notes", { inputs: {}, webhooks: { url, events: ["flow_finished"] } });
    await window.go("/");

    partial.script("/refused", 422);
    await kickoff(partial.url("/taken"));
    await kickoff(partial.url("/refused"));
    const limps = page.locator(".notice", { hasText: `${new URL(partial.url()).origin} is degraded` });
    await limps.getByText("422 Unprocessable Content").waitFor();
    expect(await limps.innerText()).toContain("50% of its requests succeeded");

    refusing.script("/hook", 401);
    await kickoff(refusing.url("/hook"));
    const origin = new URL(refusing.url()).origin;
    const headline = page.locator(".notice", { hasText: `${origin} is failing: it refuses every delivery` });
    await headline.getByText("401 Unauthorized").waitFor();
    await page
      .getByRole("table", { name: "Endpoints" })
      .getByRole("row", { name: origin })
      .getByText("Failing")
      .waitFor();
    await window.go("/endpoints");
    const row = page.getByRole("table", { name: "Endpoints" }).getByRole("row", { name: origin });
    await eventually(async () => expect(await row.innerText()).toMatch(/Failing[^]*401 Unauthorized/));
    expect(window.complaints).toEqual([]);
  });
});

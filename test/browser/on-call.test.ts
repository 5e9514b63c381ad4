import { describe, expect, onTestFailed, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";
import { chromiumPath, Window } from "./chromium.ts";

const runs = 4;

/** Deliveries to a path: those acknowledged by now, and those that have only failed. */
function standing(sink: WebhookSink, path: string): { taken: Set<string>; failed: Set<string> } {
  const taken = new Set<string>();
  const seen = new Set<string>();
  for (const { headers, status } of sink.requests(path)) {
    const id = headers["webhook-id"] ?? "";
    seen.add(id);
    if (status === 200) taken.add(id);
  }
  return { taken, failed: new Set([...seen].filter((id) => !taken.has(id))) };
}

describe.skipIf(chromiumPath === undefined)("a person on call", () => {
  test("sees an endpoint go down and why, and fixes it without a terminal", async () => {
    // Retries are far in the future: what is delivered here was retried by a person.
    await using system = await startSystem({ env: { WEBHOOK_RETRY_SCHEDULE: "1h,1h" } });
    await using sink = await WebhookSink.start();
    await using window = await Window.open(system);
    const { page } = window;
    onTestFailed(() => void process.stderr.write(`The page said last:\n${window.lastText}\n`));
    await window.signIn();
    await page.getByText("Nothing has been sent yet").waitFor();

    let down = true;
    let refuses = true;
    sink.script("/hook", ({ events }) => {
      if (refuses && events[0]?.type === "flow_started") return { status: 422, body: '{"error": "unknown type"}' };
      return down ? { status: 503, body: '{"error": "database is restarting"}' } : 200;
    });
    const executions = await Promise.all(
      Array.from({ length: runs }, (_, index) =>
        system.client.kickoff("release_notes", {
          inputs: { version: `1.${index}` },
          webhooks: { url: sink.url("/hook"), events: ["*"], realtime: true },
        }),
      ),
    );
    await Promise.all(executions.map((id) => system.client.ended(id)));

    // The overview shows it by itself.
    await page.getByText("is failing").waitFor();
    const retrying = await eventually(async () => {
      const failed = standing(sink, "/hook").failed.size;
      expect(failed).toBeGreaterThan(0);
      expect(await window.tile("Retrying")).toBe(String(failed));
      expect(await page.getByText(new RegExp(`\\b${failed} of its deliver`)).count()).toBe(1);
      return failed;
    });

    // The failures are two groups, with the receiver's own responses.
    await page.getByRole("link", { name: "Look at the failures" }).click();
    const groups = page.getByRole("table", { name: /^Failures grouped/ });
    await groups.getByText("503 Service Unavailable").waitFor();
    await groups.getByText("422 Unprocessable").waitFor();
    expect(await groups.getByRole("row").count()).toBe(3);
    await groups.getByRole("row", { name: /503/ }).getByRole("link").first().click();
    await page.getByText("database is restarting").first().waitFor();
    await page.getByText("Next attempt").waitFor();

    // Nothing is to be sent while it is being fixed; then the operator resumes it, and the backlog of the outage is
    // sent.
    await page.getByRole("link", { name: new URL(sink.url()).origin }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("The endpoint is paused").waitFor();
    down = false;
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("The endpoint is resumed").waitFor();
    await window.go("/deliveries?state=retrying");
    await eventually(async () => {
      expect(standing(sink, "/hook").failed.size).toBe(runs);
      expect(await groups.getByRole("row").count()).toBe(2);
    });

    // The requests that it still rejects are fixed, too: the operator retries the whole group, after seeing the count.
    refuses = false;
    await groups.getByRole("button", { name: "Retry all like this" }).click();
    const left = await eventually(async () => {
      const button = await page
        .getByRole("dialog")
        .getByRole("button", { name: /^Retry \d+ deliver/ })
        .innerText();
      return Number(/\d+/.exec(button)?.[0]);
    });
    expect(left).toBe(runs);
    expect(left).toBeLessThan(retrying);
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Retry \d+ deliver/ })
      .click();
    await page.getByText("Done:").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByText("Nothing waits for a retry").waitFor();

    // The receiver's own record agrees: every published event, and each in one delivery.
    await eventually(async () => {
      const published = (await Promise.all(executions.map((id) => system.client.events(id)))).flat();
      const taken = sink.events("/hook").map(({ id }) => id);
      expect(new Set(taken)).toEqual(new Set(published.map(({ id }) => id)));
      expect(standing(sink, "/hook").failed.size).toBe(0);
      expect(standing(sink, "/hook").taken.size).toBe(published.length);
    });
    await window.go("/");
    await page.getByText("All deliveries acknowledged").waitFor();
    expect(await window.tile("Retrying")).toBe("0");
    expect(window.complaints).toEqual([]);
  });
});

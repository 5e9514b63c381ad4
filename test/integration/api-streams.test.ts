import { expect, test } from "vitest";
import { startTestApi } from "../support/api-in-process.ts";
import { eventually } from "../support/eventually.ts";

test("a token with the maximum of open event streams gets a Retry-After", async () => {
  await using api = await startTestApi({ EVENT_STREAMS_PER_TOKEN: "1" });
  const headers = { accept: "text/event-stream", authorization: `Bearer ${api.client.token}` };
  const leave = new AbortController();
  const open = () => fetch(`${api.url}/api/v1/deliveries/live`, { headers, signal: leave.signal });
  expect((await open()).status).toBe(200);

  const refused = await fetch(`${api.url}/api/v1/deliveries/live`, { headers });
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("10");
  const message = expect.stringContaining("holds 1 event streams open") as string;
  expect(await refused.json()).toMatchObject({ message });

  leave.abort();
  await eventually(async () => {
    const last = new AbortController();
    const { status } = await fetch(`${api.url}/api/v1/deliveries/live`, { headers, signal: last.signal });
    last.abort();
    expect(status).toBe(200);
  });
});

import { expect, test } from "vitest";
import { WebhookSink } from "../support/webhook-sink.ts";

/** Only a request that gets no response has a time limit: any other is awaited, however slow the machine is. */
const post = (url: string, body: unknown, signal?: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    redirect: "manual",
    ...(signal === undefined ? {} : { signal }),
  });

test("records what arrives and responds as scripted, then 200", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/a", [500, { status: 429, headers: { "retry-after": "1" } }, { redirect: "http://127.0.0.1/" }]);
  const event = { id: "e1", execution_id: "x", timestamp: "t", type: "flow_started", data: {} };

  const answers = [];
  for (let index = 0; index < 4; index += 1) answers.push(await post(sink.url("/a"), { events: [event] }));

  expect(answers.map(({ status }) => status)).toEqual([500, 429, 302, 200]);
  expect(answers[1]?.headers.get("retry-after")).toBe("1");
  const requests = await sink.received(4, "/a");
  expect(requests.map(({ nth, status }) => [nth, status])).toEqual([
    [0, 500],
    [1, 429],
    [2, 302],
    [3, 200],
  ]);
  expect(requests[0]?.rawBody).toBe(JSON.stringify({ events: [event] }));
  expect(sink.events()).toEqual([event]);
});

test("misbehaves: reset, hang, drip, down and up again", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/reset", "reset").script("/hang", "hang").script("/drip", "drip");

  await expect(post(sink.url("/reset"), {})).rejects.toThrow("fetch failed");
  const hanging = new AbortController();
  const hung = post(sink.url("/hang"), {}, hanging.signal);
  await sink.received(1, "/hang");
  hanging.abort();
  await expect(hung).rejects.toThrow(/abort/);
  const dripping = new AbortController();
  const reader = (await post(sink.url("/drip"), {}, dripping.signal)).body!.getReader();
  for (let bytes = 0; bytes < 3;) bytes += (await reader.read()).value?.length ?? 0;
  dripping.abort();
  await expect(reader.read()).rejects.toThrow(/abort/);
  expect(sink.requests().map(({ status }) => status)).toEqual([undefined, undefined, 200]);

  const url = sink.url("/again");
  await sink.down();
  await expect(post(url, {})).rejects.toThrow("fetch failed");
  await sink.up();
  expect((await post(url, {})).status).toBe(200);
});

test("a wait that fails reports what was seen", async () => {
  await using sink = await WebhookSink.start();
  await post(sink.url("/seen"), {});
  await expect(sink.until(() => false, 50)).rejects.toThrow(/the sink saw 1 requests\n {2}#0 POST \/seen → 200/);
});

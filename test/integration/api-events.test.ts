import { parseExecutionId, type ExecutionId, type StoredEvent } from "@crewstream/contracts";
import { appendStep, claimLease } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** An execution whose stream the test writes. */
async function startRun() {
  const id: ExecutionId = parseExecutionId(await api.client.kickoff("notes", {}))!;
  const claim = await claimLease(api.store, id, { owner: "w1", leaseMs: 60_000 });
  if (!("lease" in claim)) throw new Error(claim.refused);
  const { epoch } = claim.lease;
  let seq = 0;
  const next = (types: readonly string[], text = ""): StoredEvent[] =>
    types.map((type) => {
      seq += 1;
      const json = JSON.stringify({ id: `e${seq}`, type, data: { emission_sequence: seq, text } });
      return { seq, id: `e${seq}`, type, json };
    });
  const append = (events: StoredEvent[], fields: Record<string, string>) =>
    appendStep(api.store, id, { epoch, events, rows: [], fields, feeds: [] });
  return {
    path: `/api/v1/executions/${id}/events`,
    emit: (...types: string[]) => append(next(types), { state: "RUNNING" }),
    /** One event of 1 MiB. */
    emitLarge: () => append(next(["large"], "x".repeat(1024 * 1024)), { state: "RUNNING" }),
    end: () => append([], { state: "SUCCESS" }),
    write: (types: string[], fields: Record<string, string>) => append(next(types), fields),
  };
}

interface Page {
  events: { type: string; data: { emission_sequence: number } }[];
  next: number | null;
}
const get = async (path: string): Promise<Page> => (await api.client.get(path)).body as unknown as Page;
const seqs = ({ events }: Page) => events.map((event) => event.data.emission_sequence);

test("pages end with next: null once the run has ended", async () => {
  const run = await startRun();
  await run.emit("a", "b", "c", "d", "e");
  const first = await get(`${run.path}?limit=3`);
  expect([seqs(first), first.next]).toEqual([[1, 2, 3], 3]);
  const second = await get(`${run.path}?after=3&limit=3`);
  expect([seqs(second), second.next]).toEqual([[4, 5], 5]);
  await run.end();
  expect((await get(`${run.path}?after=3&limit=3`)).next).toBeNull();
  expect(await get(`${run.path}?after=5`)).toEqual({ events: [], next: null });
});

test("types select, with prefixes, and the position advances past the others", async () => {
  const run = await startRun();
  await run.emit("llm_call_started", "x", "llm_call_completed", "tool_usage_finished", "x");
  const page = await get(`${run.path}?types=llm_*,tool_usage_completed`);
  expect([seqs(page), page.next]).toEqual([[1, 3, 4], 5]);
});

test("large events result in small pages", async () => {
  const run = await startRun();
  for (let count = 0; count < 12; count += 1) await run.emitLarge();
  const all: number[] = [];
  const lengths: number[] = [];
  for (let after: number | null = 0; after !== null && all.length < 12;) {
    const page: Page = await get(`${run.path}?after=${after}&limit=1000`);
    lengths.push(page.events.length);
    all.push(...seqs(page));
    after = page.next;
  }
  expect(Math.max(...lengths)).toBeLessThanOrEqual(4);
  expect(all).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test("a long poll answers with the first event, and at once when the run ends", async () => {
  const run = await startRun();
  const waiting = get(`${run.path}?wait=30`);
  await run.emit("a");
  expect(seqs(await waiting)).toEqual([1]);
  const last = get(`${run.path}?after=1&wait=30`);
  await run.end();
  expect(await last).toEqual({ events: [], next: null });
});

/** Reads Server-Sent Events until `count` messages or the end. */
async function readStream(path: string, count: number, lastEventId?: string): Promise<{ ids: string[]; end?: string }> {
  const leave = new AbortController();
  const response = await fetch(api.url + path, {
    headers: {
      accept: "text/event-stream",
      authorization: `Bearer ${api.client.token}`,
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    },
    signal: leave.signal,
  });
  const ids: string[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let cut = text.indexOf("\n\n"); cut >= 0; cut = text.indexOf("\n\n")) {
      const block = text.slice(0, cut);
      text = text.slice(cut + 2);
      const id = /^id: (.+)$/m.exec(block)?.[1];
      const end = /^event: end\n[^]*/m.exec(block)?.[0];
      if (end !== undefined) return { ids, end };
      if (id !== undefined && !block.includes("event: ")) ids.push(id);
    }
    if (ids.length >= count) break;
  }
  leave.abort();
  return { ids };
}

/** The messages of a stream as they arrive. */
function readMessages(path: string): { next(count: number): Promise<unknown[]> } {
  const opened = openStream(path);
  let reader: ReadableStreamDefaultReader<string> | undefined;
  let text = "";
  const one = async (): Promise<unknown> => {
    reader ??= (await opened).body!.pipeThrough(new TextDecoderStream()).getReader();
    while (!text.includes("\n\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The stream ended: ${text}`);
      text += value;
    }
    const block = text.slice(0, text.indexOf("\n\n"));
    text = text.slice(block.length + 2);
    const field = (name: string) => new RegExp(`^${name}: (.+)$`, "m").exec(block)?.[1];
    return { id: field("id"), event: field("event"), data: JSON.parse(field("data") ?? "null") as unknown };
  };
  return {
    async next(count) {
      const messages: unknown[] = [];
      while (messages.length < count) messages.push(await one());
      return messages;
    },
  };
}

test("a stream continues where it stopped, without gaps or duplicates, and reports its end", async () => {
  const run = await startRun();
  await run.emit("a", "b");
  const first = readStream(run.path, 4);
  await run.emit("c", "d");
  expect((await first).ids).toEqual(["1", "2", "3", "4"]);
  const second = readStream(run.path, 99, "4");
  await run.emit("e");
  await run.end();
  expect(await second).toEqual({ ids: ["5"], end: 'event: end\ndata: {"state":"SUCCESS"}' });
});

test("a stream reports pauses, resumptions, and why the run failed", async () => {
  const run = await startRun();
  await run.emit("a");
  const stream = readMessages(run.path);
  const request = { id: "6e1f2b64-1111-4222-8333-444455556666", path: "p", kind: "review", message: "Good?" };
  const pending = JSON.stringify([
    {
      ...request,
      output: 1,
      emit: null,
      defaultOutcome: null,
      timeoutSeconds: null,
      automation: "n",
      step: "s",
      taskId: null,
      agent: null,
      metadata: {},
    },
  ]);
  await run.write(["human_feedback_requested"], { state: "PAUSED", pending });
  expect(await stream.next(3)).toMatchObject([
    { id: "1" },
    { id: "2" },
    { event: "state", data: { state: "PAUSED", requests: [{ id: request.id, message: "Good?", output: 1 }] } },
  ]);
  await api.client.post(`${run.path.replace("/events", "")}/human-requests/${request.id}`, { feedback: "yes" });
  expect(await stream.next(1)).toMatchObject([{ event: "state", data: { state: "RUNNING" } }]);
  // Without a read in between: the second pause is reported, after its events.
  await run.write(["b"], { state: "PAUSED", pending });
  expect(await stream.next(2)).toMatchObject([{ id: "3" }, { event: "state", data: { state: "PAUSED" } }]);
  await run.write(["c"], { state: "PAUSED", pending });
  expect(await stream.next(3)).toMatchObject([
    { data: { state: "RUNNING" } },
    { id: "4" },
    { data: { state: "PAUSED" } },
  ]);
  await run.write([], { state: "FAILED", error: "boom", error_type: "Error" });
  expect(await stream.next(2)).toMatchObject([
    { data: { state: "FAILED" } },
    { event: "end", data: { state: "FAILED", error: "boom", error_type: "Error" } },
  ]);
});

test("events requested by an alias have it as their type, in pages and in streams", async () => {
  const run = await startRun();
  await run.emit("tool_usage_finished", "tool_usage_started", "crew_kickoff_completed");
  await run.end();
  const query = "?types=tool_usage_completed,crew_execution_completed";
  const asked = ["tool_usage_completed", "crew_execution_completed"];
  expect((await get(run.path + query)).events.map(({ type }) => type)).toEqual(asked);
  const streamed = await (await openStream(run.path + query)).text();
  expect([...streamed.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type)).toEqual(asked);
});

const openStream = (path: string, signal?: AbortSignal) =>
  fetch(api.url + path, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${api.client.token}` },
    ...(signal === undefined ? {} : { signal }),
  });

test("every message of a stream has data: retry and heartbeats are not separate messages", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const run = await startRun();
    await run.emit("a", "unwanted", "a", "unwanted");
    const stream = await openStream(`${run.path}?types=a`);
    const texts = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const readUntil = async (end: string): Promise<void> => {
      while (!text.includes(end)) {
        const { value, done } = await texts.read();
        if (done) throw new Error(`The stream ended without ${end}: ${text}`);
        text += value;
      }
    };
    await readUntil('{"after":4}\n\n');
    vi.advanceTimersByTime(15_000);
    await readUntil(": still here\n");
    await run.end();
    await readUntil('{"state":"SUCCESS"}\n\n');
    const messages = text.split("\n\n").slice(0, -1);
    expect(messages.map((lines) => lines.split("\n").map((line) => line.slice(0, 13)))).toEqual([
      ["retry: 1000", "id: 1", 'data: {"id":"'],
      ["id: 3", 'data: {"id":"'],
      ["event: positi", "id: 4", 'data: {"after'],
      [": still here", "event: end", 'data: {"state'],
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test.each(["0.001", "2.01", "59.999"])("accepts ?wait=%s, with milliseconds", async (wait) => {
  const run = await startRun();
  await run.emit("a");
  expect(seqs(await get(`${run.path}?wait=${wait}`))).toEqual([1]);
});

test("a stream that has been read to its end does not start over", async () => {
  const run = await startRun();
  await run.emit("a");
  await run.end();
  const headers = { accept: "text/event-stream", "last-event-id": "1" };
  expect((await api.client.get(run.path, { headers })).status).toBe(204);
});

test("many readers of one run get the same events", async () => {
  const run = await startRun();
  const readers = Array.from({ length: 30 }, () => readStream(run.path, 99));
  await run.emit("a", "b", "c");
  await run.end();
  for (const { ids } of await Promise.all(readers)) expect(ids).toEqual(["1", "2", "3"]);
});

test.each(["after=-1", "after=x", "limit=0", "limit=1001", "wait=61", "wait=x"])("rejects ?%s", async (query) => {
  const run = await startRun();
  const answer = await api.client.get(`${run.path}?${query}`);
  expect(answer).toMatchObject({ status: 400, body: { details: { path: query.split("=")[0] } } });
});

test("stopping the process ends open responses", async () => {
  const other = await startTestApi();
  const id = await other.client.kickoff("notes", {});
  const path = `/api/v1/executions/${id}/events`;
  const poll = other.client.get(`${path}?wait=60`);
  const stream = await fetch(other.url + path, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${other.client.token}` },
  });
  await other[Symbol.asyncDispose]();
  expect((await poll).status).toBe(200);
  expect(await stream.text()).toBe("retry: 1000\n");
});

import { parseExecutionId, type ExecutionId, type StoredEvent } from "@crewstream/contracts";
import { appendStep, claimLease } from "@crewstream/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../support/api-in-process.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** An execution to whose stream the test writes. */
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
    /** One event of a mebibyte. */
    emitLarge: () => append(next(["large"], "x".repeat(1024 * 1024)), { state: "RUNNING" }),
    end: () => append([], { state: "SUCCESS" }),
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

test("types select, with prefixes, and the place moves on past the others", async () => {
  const run = await startRun();
  await run.emit("llm_call_started", "x", "llm_call_completed", "tool_usage_finished", "x");
  const page = await get(`${run.path}?types=llm_*,tool_usage_completed`);
  expect([seqs(page), page.next]).toEqual([[1, 3, 4], 5]);
});

test("large events make small pages", async () => {
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
      if (block.startsWith("event: end")) return { ids, end: block };
      if (id !== undefined && block.includes("data: ")) ids.push(id);
    }
    if (ids.length >= count) break;
  }
  leave.abort();
  return { ids };
}

test("a stream goes on where it was left, without gap or double, and says when it is over", async () => {
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

test("a stream that has been read to its end is not begun again", async () => {
  const run = await startRun();
  await run.emit("a");
  await run.end();
  const headers = { accept: "text/event-stream", "last-event-id": "1" };
  expect((await api.client.get(run.path, { headers })).status).toBe(204);
});

test("many readers of one run get the same", async () => {
  const run = await startRun();
  const readers = Array.from({ length: 30 }, () => readStream(run.path, 99));
  await run.emit("a", "b", "c");
  await run.end();
  for (const { ids } of await Promise.all(readers)) expect(ids).toEqual(["1", "2", "3"]);
});

test.each(["after=-1", "after=x", "limit=0", "limit=1001", "wait=61", "wait=x"])("refuses ?%s", async (query) => {
  const run = await startRun();
  const answer = await api.client.get(`${run.path}?${query}`);
  expect(answer).toMatchObject({ status: 400, body: { details: { path: query.split("=")[0] } } });
});

test("a stop of the process ends what is held open", async () => {
  const other = await startTestApi();
  const id = await other.client.kickoff("notes", {});
  const path = `/api/v1/executions/${id}/events`;
  const poll = other.client.get(`${path}?wait=60`);
  const stream = await fetch(other.url + path, {
    headers: { accept: "text/event-stream", authorization: `Bearer ${other.client.token}` },
  });
  await other[Symbol.asyncDispose]();
  expect((await poll).status).toBe(200);
  expect(await stream.text()).toBe("retry: 1000\n\n");
});

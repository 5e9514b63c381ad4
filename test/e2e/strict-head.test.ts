import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startSystem, type System } from "../support/services.ts";
import { WebhookSink } from "../support/webhook-sink.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({
    deliveryWorkers: 2,
    // Retries are far in the future: what is sent here was sent by a person. Feeds are checked all the time.
    env: {
      AUTOMATIONS_DIR: "test/fixtures/load",
      WEBHOOK_BATCH_MAX_EVENTS: "5",
      WEBHOOK_RETRY_SCHEDULE: "1h,1h",
      RECONCILE_MS: "100",
      // Long enough that a machine that stalls for seconds does not make two workers work on one feed.
      LEASE_MS: "15000",
    },
  });
});
afterAll(() => system?.[Symbol.asyncDispose]());

const numbers = (sink: WebhookSink): number[] => sink.events("/hook").map(({ data }) => Number(data["n"]));
const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => from + n);

function burst(sink: WebhookSink, count: number): Promise<string> {
  const webhooks = { url: sink.url("/hook"), events: ["burst_item"], ordering: "strict" };
  return system.client.kickoff("burst", { inputs: { count, group: 50 }, webhooks });
}

interface Listed {
  id: string;
  state: string;
  attempts: number;
}

/** The held head of an execution's feed, after the given number of attempts. */
function heldHead(execution: string, attempts = 1): Promise<Listed> {
  return eventually(async () => {
    const path = `/api/v1/deliveries?state=retrying&execution_id=${execution}`;
    const { body } = await system.client.get<{ items: Listed[] }>(path);
    expect(body.items).toMatchObject([{ state: "retrying", attempts }]);
    return body.items[0]!;
  });
}

const act = async (id: string, what: "retry" | "discard"): Promise<number> =>
  (await system.client.post(`/api/v1/deliveries/${id}/${what}`)).status;

/** Resolves when nothing of an execution waits or is in flight. */
function nothingLeft(execution: string): Promise<void> {
  return eventually(async () => {
    for (const state of ["retrying", "pending", "dead"]) {
      const path = `/api/v1/deliveries?state=${state}&execution_id=${execution}`;
      expect((await system.client.get<{ items: unknown[] }>(path)).body.items).toEqual([]);
    }
  });
}

test("the head of a strict feed is retried by a person, and the feed continues behind it in order", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", [500, 422, 200]);
  const execution = await burst(sink, 15);
  const head = await heldHead(execution);
  expect((await system.client.get(`/api/v1/deliveries/${head.id}`)).body).toMatchObject({ state: "retrying" });
  expect(await act(head.id, "retry")).toBe(202);
  await heldHead(execution, 2);
  expect(await act(head.id, "retry")).toBe(202);
  await sink.until(() => sink.events("/hook").length === 15);
  expect(numbers(sink)).toEqual(upTo(15));
  const attempts = sink.requests("/hook").slice(0, 3);
  expect(attempts.map(({ headers }) => [headers["webhook-id"], headers["webhook-attempt"]])).toEqual([
    [head.id, "1"],
    [head.id, "2"],
    [head.id, "3"],
  ]);
  await nothingLeft(execution);
});

test("the head of a strict feed is discarded, and what follows is delivered in order", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", [422, 200]);
  const execution = await burst(sink, 15);
  const head = await heldHead(execution);
  expect(await act(head.id, "discard")).toBe(200);
  await sink.until(() => sink.events("/hook").length === 10);
  expect(numbers(sink)).toEqual(upTo(10, 5));
  expect(await act(head.id, "retry")).toBe(404);
  await nothingLeft(execution);
});

test("retrying all failed deliveries includes held heads", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", [422, 200]);
  const execution = await burst(sink, 5);
  await heldHead(execution);
  const filter = { state: "retrying", execution_id: execution };
  await eventually(async () => {
    const dry = await system.client.post("/api/v1/deliveries/retry", { filter, dry_run: true });
    expect(dry.body).toMatchObject({ total: 1 });
  });
  expect((await system.client.post("/api/v1/deliveries/retry", { filter })).status).toBe(202);
  await sink.until(() => sink.events("/hook").length === 5);
  await nothingLeft(execution);
});

test("a head whose first attempt is in flight is neither expedited nor discarded", async () => {
  await using sink = await WebhookSink.start();
  const answer = Promise.withResolvers<void>();
  sink.script("/hook", { status: 200, after: answer.promise });
  const execution = await burst(sink, 5);
  const [request] = await sink.received(1, "/hook");
  const id = String(request?.headers["webhook-id"]);
  expect([await act(id, "retry"), await act(id, "discard")]).toEqual([409, 409]);
  answer.resolve();
  await nothingLeft(execution);
});

test.each([
  ["answers 200", 200],
  ["fails", 500],
])(
  "a head is discarded while its second attempt is in flight and then %s: nothing overtakes it, nothing is restored",
  async (_how, status) => {
    await using sink = await WebhookSink.start();
    const answer = Promise.withResolvers<void>();
    sink.script("/hook", ({ nth }) => (nth === 0 ? 422 : nth === 1 ? { status, after: answer.promise } : 200));
    const execution = await burst(sink, 15);
    const head = await heldHead(execution);
    expect(await act(head.id, "retry")).toBe(202);
    await sink.received(2, "/hook");
    expect(await act(head.id, "discard")).toBe(200);
    expect(await act(head.id, "discard")).toBe(404);
    // The others wait for the pending request, however often their feed is woken.
    await system.client.post(`/api/v1/executions/${execution}/replay`, { url: sink.url("/replay") });
    await sink.until(() => sink.events("/replay").length === 15);
    expect(sink.requests("/hook")).toHaveLength(2);

    answer.resolve();
    await sink.until(() => numbers(sink).includes(14));
    expect(numbers(sink)).toEqual(status === 200 ? upTo(15) : upTo(10, 5));
    expect(sink.requests("/hook")).toHaveLength(4);
    await nothingLeft(execution);
  },
);

test("however often heads are expedited and discarded, order holds and no feed is left asleep", async () => {
  await using sink = await WebhookSink.start();
  sink.script("/hook", ({ nth }) => (nth % 2 === 0 ? 422 : 200));
  const executions = await Promise.all(Array.from({ length: 8 }, () => burst(sink, 20)));
  const dropped = new Set<string>();
  await Promise.all(
    executions.map(async (execution, index) => {
      for (;;) {
        const path = `/api/v1/deliveries?execution_id=${execution}`;
        const retrying = await system.client.get<{ items: Listed[] }>(`${path}&state=retrying`);
        const pending = await system.client.get<{ items: Listed[] }>(`${path}&state=pending`);
        const delivered = await system.client.get<{ items: Listed[] }>(`${path}&state=delivered&limit=100`);
        const gone = [...dropped].filter((id) => id.includes(execution.replaceAll("-", "")));
        if (retrying.body.items.length + pending.body.items.length === 0) {
          if (new Set([...delivered.body.items.map(({ id }) => id), ...gone]).size === 4) return;
        }
        const [head] = retrying.body.items;
        if (head === undefined) continue;
        const what = index % 4 === 0 && head.attempts === 1 ? "discard" : "retry";
        if ((await act(head.id, what)) === 200) dropped.add(head.id);
      }
    }),
  );
  for (const execution of executions) {
    const requests = sink.requests("/hook").filter(({ headers }) => headers["crewstream-execution-id"] === execution);
    const tried = requests.map(({ headers }) => headers["webhook-id"]);
    expect([...new Set(tried)].flatMap((one) => tried.filter((each) => each === one))).toEqual(tried);
    const taken = requests.filter(({ status }) => status === 200).flatMap(({ events }) => events);
    const order = taken.map(({ data }) => Number(data["n"]));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    await nothingLeft(execution);
  }
});

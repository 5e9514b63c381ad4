import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NotNowError } from "./errors.ts";
import { memoryOrderStore } from "./order-store.ts";
import { orderEvents, type InOrder } from "./order.ts";
import type { ReceivedEvent } from "./parse.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const executionId = "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37";

function delivery(...numbers: number[]): { executionId: string; events: ReceivedEvent[] } {
  const events = numbers.map((emission_sequence): ReceivedEvent => ({
    known: false,
    id: `e${emission_sequence}`,
    execution_id: executionId,
    timestamp: "2026-11-23T14:08:45.166Z",
    type: "step",
    data: { emission_sequence },
  }));
  return { executionId, events };
}

/** Sends deliveries concurrently, and records the order in which their events were handled. */
function recorder(inOrder: InOrder) {
  const handled: number[] = [];
  const send = (...numbers: number[]): Promise<void> =>
    inOrder(delivery(...numbers), async (event) => {
      await Promise.resolve();
      handled.push(event.data.emission_sequence);
    });
  return { handled, send };
}

const day = 86_400_000;

describe("without gaps", () => {
  test("deliveries that overtook each other are handled in sequence", async () => {
    const { handled, send } = recorder(orderEvents({ giveUpMs: day }));
    await Promise.all([send(7, 8), send(4), send(1, 2, 3), send(9), send(5, 6)]);
    expect(handled).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("an event that the sender merged from several counts for all their numbers", async () => {
    const inOrder = orderEvents({ giveUpMs: day });
    const handled: string[] = [];
    const send = ({ executionId: id, events }: ReturnType<typeof delivery>) =>
      inOrder({ executionId: id, events }, (event) => handled.push(event.id));
    const joined = delivery(2);
    joined.events[0]!.data["coalesced"] = { events: 3, last_event_id: "e4", last_emission_sequence: 4 };
    await Promise.all([send(delivery(5)), send(joined), send(delivery(1))]);
    expect(handled).toEqual(["e1", "e2", "e5"]);
  });

  test("a hundred single events in any order come out in sequence", async () => {
    const { handled, send } = recorder(orderEvents({ giveUpMs: day }));
    const shuffled = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    await Promise.all(shuffled.map((number) => send(number)));
    expect(handled).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  test("a delivery that is too early is refused and not handled; when retried, it is", async () => {
    const { handled, send } = recorder(orderEvents({ giveUpMs: day, holdMs: 5000 }));
    const early = send(3, 4);
    await Promise.all([expect(early).rejects.toThrow(NotNowError), vi.advanceTimersByTimeAsync(5000)]);
    expect(handled).toEqual([]);
    await send(1, 2);
    await send(3, 4);
    expect(handled).toEqual([1, 2, 3, 4]);
  });

  test("events that were handled before are skipped when they are sent again", async () => {
    const { handled, send } = recorder(orderEvents({ giveUpMs: day }));
    await send(1, 2);
    await Promise.all([send(1, 2), send(3), send(3)]);
    await send(2, 3, 4);
    expect(handled).toEqual([1, 2, 3, 4]);
  });

  test("executions do not wait for each other", async () => {
    const inOrder = orderEvents({ giveUpMs: day });
    const handled: string[] = [];
    const handle = (event: ReceivedEvent): number => handled.push(event.execution_id);
    const held = inOrder(delivery(2), handle);
    await inOrder({ ...delivery(1), executionId: "another" }, handle);
    expect(handled).toHaveLength(1);
    await inOrder(delivery(1), handle);
    await held;
    expect(handled).toHaveLength(3);
  });
});

describe("with gaps", () => {
  test("a gap inside a delivery is not missing events: those between were not selected", async () => {
    const { handled, send } = recorder(orderEvents());
    await send(1, 5, 9);
    expect(handled).toEqual([1, 5, 9]);
  });

  test("a gap before a delivery is skipped after a while, lowest first", async () => {
    const { handled, send } = recorder(orderEvents({ giveUpMs: 200 }));
    const all = Promise.all([send(40), send(12, 13), send(25)]);
    await vi.advanceTimersByTimeAsync(199);
    expect(handled).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await all;
    expect(handled).toEqual([12, 13, 25, 40]);
  });

  test("a delivery that arrives after its gap was skipped is handled at once, and once", async () => {
    const { handled, send } = recorder(orderEvents({ giveUpMs: 200 }));
    const ahead = send(3);
    await vi.advanceTimersByTimeAsync(200);
    await ahead;
    await send(1, 2);
    await send(1, 2);
    expect(handled).toEqual([3, 1, 2]);
  });

  test("a delivery that fills the gap is handled before those that wait", async () => {
    const { handled, send } = recorder(orderEvents({ giveUpMs: 200 }));
    const later = send(9);
    await vi.advanceTimersByTimeAsync(150);
    const earlier = send(5);
    await vi.advanceTimersByTimeAsync(50);
    await Promise.all([later, earlier]);
    expect(handled).toEqual([5, 9]);
  });
});

describe("failure", () => {
  test("an event that throws and those after it in the delivery are handled when it is sent again", async () => {
    const inOrder = orderEvents({ giveUpMs: day, holdMs: 100 });
    const handled: number[] = [];
    let broken = true;
    const handle = (event: ReceivedEvent): void => {
      if (event.data.emission_sequence === 2 && broken) throw new Error("no");
      handled.push(event.data.emission_sequence);
    };
    await expect(inOrder(delivery(1, 2, 3), handle)).rejects.toThrow("no");
    broken = false;
    const next = inOrder(delivery(4), handle);
    await inOrder(delivery(1, 2, 3), handle);
    await next;
    expect(handled).toEqual([1, 2, 3, 4]);
  });

  test("positions survive a restart in the store", async () => {
    const store = memoryOrderStore();
    const before = recorder(orderEvents({ store, giveUpMs: day }));
    await before.send(1, 2, 3);
    const after = recorder(orderEvents({ store, giveUpMs: day }));
    await after.send(3, 4);
    expect(after.handled).toEqual([4]);
  });

  test("a store that cannot be written fails the delivery, which is then handled again", async () => {
    const store = memoryOrderStore();
    const writes = vi.spyOn(store, "set").mockRejectedValueOnce(new Error("store is down"));
    const { handled, send } = recorder(orderEvents({ store, giveUpMs: day }));
    await expect(send(1)).rejects.toThrow("store is down");
    await send(1);
    expect(handled).toEqual([1, 1]);
    expect(writes).toHaveBeenCalledTimes(2);
  });
});

test("the memory of one process forgets the least recently used executions", async () => {
  const store = memoryOrderStore({ maxExecutions: 2 });
  const state = { position: 1, gaps: [], waitingSince: null };
  for (const id of ["a", "b", "a", "c"]) await store.set(id, state);
  expect(await Promise.all(["a", "b", "c"].map((id) => store.get(id)))).toEqual([state, undefined, state]);
});

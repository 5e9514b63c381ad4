import { describe, expect, test } from "vitest";
import { nextAction, type Action, type Stop, type StreamView, type View } from "./next-action.ts";

const now = 1_000_000;
const record = { first: 1, last: 1, events: 1, sealedAt: 1, attempts: 0 };
const held = { ...record, attempts: 1, nextAt: now + 1 };
const refusal = { waitMs: 500, blocked: true, failingMs: 3000 };

/** A stream that was read to its end, with nothing in it. */
const dry: StreamView = {
  read: true,
  dry: true,
  realtime: false,
  ready: 0,
  ripeAt: 0,
  passesOver: false,
};
const stream = (over: Partial<StreamView> = {}): StreamView => ({ ...dry, dry: false, ...over });

/** A pass over a feed of which nothing was read yet. */
const start: View = {
  leased: true,
  startedAt: now,
  stop: undefined,
  closed: false,
  inFlight: 0,
  window: 1,
  unrecorded: 0,
  asked: false,
  sealed: [],
  stream: stream({ read: false }),
  blocked: false,
  refusal: undefined,
  giveUpAfterMs: Infinity,
};
const realtime = (over: Partial<StreamView> = {}): Partial<View> => ({
  window: 4,
  stream: stream({ realtime: true, ...over }),
});

function check(cases: readonly [what: string, view: Partial<View>, action: Action][]): void {
  test.each(cases)("%s", (_what, view, action) => {
    expect(nextAction({ ...start, ...view }, now)).toEqual(action);
  });
}

describe("a batched feed", () => {
  check([
    ["is read first", {}, { kind: "read", room: 1 }],
    ["seals a ripe batch", { stream: stream({ ready: 1 }) }, { kind: "seal", count: 1 }],
    [
      "seals a batch at the moment it is ripe",
      { stream: stream({ ready: 1, ripeAt: now }) },
      { kind: "seal", count: 1 },
    ],
    [
      "leaves a batch that may grow",
      { stream: stream({ ready: 1, ripeAt: now + 1 }) },
      { kind: "wait", for: "batch", until: now + 1 },
    ],
    [
      "records what has ended before it leaves a batch",
      { unrecorded: 1, stream: stream({ ready: 1, ripeAt: now + 1 }) },
      { kind: "seal", count: 0 },
    ],
    [
      "records what has ended with the next seal",
      { unrecorded: 1, stream: stream({ ready: 1 }) },
      { kind: "seal", count: 1 },
    ],
    ["reads before it records", { unrecorded: 1 }, { kind: "read", room: 1 }],
    ["waits for its one response", { inFlight: 1 }, { kind: "wait", for: "responses", look: false }],
    [
      "moves the cursor over what nothing selects",
      { stream: { ...dry, passesOver: true } },
      { kind: "seal", count: 0 },
    ],
    ["rests when nothing is left", { stream: dry }, { kind: "rest" }],
    ["rests at the limit of parked deliveries", { blocked: true }, { kind: "rest" }],
  ]);
});

describe("a feed in real time", () => {
  check([
    [
      "is read for as many as its window has room for",
      { ...realtime({ read: false }), inFlight: 1 },
      { kind: "read", room: 3 },
    ],
    ["seals as many as there are", realtime({ ready: 2 }), { kind: "seal", count: 2 }],
    [
      "seals no more than its window has room for",
      { ...realtime({ ready: 9 }), inFlight: 1 },
      { kind: "seal", count: 3 },
    ],
    [
      "waits when the endpoint has no more room, and looks for events meanwhile",
      { ...realtime({ ready: 9 }), inFlight: 1, asked: true },
      { kind: "wait", for: "responses", look: true },
    ],
    [
      "does not record one response at a time",
      { ...realtime(), inFlight: 3, unrecorded: 1, asked: true },
      { kind: "wait", for: "responses", look: true },
    ],
    [
      "records the last response although it came at once",
      { ...realtime({ dry: true }), unrecorded: 1, asked: true },
      { kind: "seal", count: 0 },
    ],
    [
      "does not look with a full window",
      { ...realtime({ ready: 9 }), inFlight: 4 },
      { kind: "wait", for: "responses", look: false },
    ],
    [
      "is read again while requests are in flight, although it was dry",
      { ...realtime({ read: false, dry: true }), inFlight: 1 },
      { kind: "read", room: 3 },
    ],
    [
      "is not read again after its last response: resting tells whether more has come",
      { ...realtime({ read: false, dry: true }), unrecorded: 1 },
      { kind: "seal", count: 0 },
    ],
    ["rests then", realtime({ read: false, dry: true }), { kind: "rest" }],
  ]);
});

describe("what was sealed before", () => {
  check([
    ["is sent first", { sealed: [record], stream: stream({ ready: 1 }) }, { kind: "send", count: 1 }],
    [
      "is sent as the window allows",
      { ...realtime(), sealed: [record, record, record], inFlight: 2 },
      { kind: "send", count: 2 },
    ],
    ["is sent at the limit of parked deliveries, too", { sealed: [record], blocked: true }, { kind: "send", count: 1 }],
    ["holds its feed until it is due", { sealed: [held] }, { kind: "hold", record: held }],
    ["is sent when it is due", { sealed: [{ ...held, nextAt: now }] }, { kind: "send", count: 1 }],
    ["is held only when everything is recorded", { sealed: [held], unrecorded: 1 }, { kind: "seal", count: 0 }],
  ]);
});

describe("an endpoint that takes no request", () => {
  check([
    ["is waited for", { refusal }, { kind: "wait", for: "endpoint", refusal }],
    [
      "is waited for as long as its schedule",
      { refusal, giveUpAfterMs: 3000 },
      { kind: "wait", for: "endpoint", refusal },
    ],
    ["is given up after that", { refusal, giveUpAfterMs: 2999 }, { kind: "dead-letter" }],
  ]);
});

describe("a job that is to end", () => {
  const later: Stop = { kind: "later", delayMs: 7 };
  check([
    ["ends", { stop: later, stream: stream({ ready: 1 }) }, { kind: "end", stop: later }],
    [
      "awaits its requests first",
      { stop: later, inFlight: 1, unrecorded: 1 },
      { kind: "wait", for: "responses", look: false },
    ],
    ["records them then", { stop: later, unrecorded: 1 }, { kind: "record" }],
    ["goes back without its lock", { leased: false }, { kind: "end", stop: { kind: "later", delayMs: 0 } }],
    ["goes back after its turn", { startedAt: now - 2001 }, { kind: "end", stop: { kind: "later", delayMs: 0 } }],
    ["has its turn", { startedAt: now - 2000 }, { kind: "read", room: 1 }],
    ["has its own reason rather than that of its lock", { leased: false, stop: later }, { kind: "end", stop: later }],
    ["rests after the subscription has ended", { closed: true, stream: stream({ ready: 1 }) }, { kind: "rest" }],
  ]);
});

describe("the retry of one delivery", () => {
  const retry: Partial<View> = { stream: undefined, sealed: [{ ...held, nextAt: now }] };
  check([
    ["is sent when it is due", retry, { kind: "send", count: 1 }],
    ["goes back when it is early", { ...retry, sealed: [held] }, { kind: "hold", record: held }],
    ["goes back without its lock", { ...retry, leased: false }, { kind: "end", stop: { kind: "later", delayMs: 0 } }],
    ["is awaited", { ...retry, sealed: [], inFlight: 1 }, { kind: "wait", for: "responses", look: false }],
    [
      "is recorded, however long it took",
      { ...retry, sealed: [], unrecorded: 1, startedAt: 0 },
      { kind: "seal", count: 0 },
    ],
    [
      "looks for its feed's end then, with or without the lock",
      { ...retry, sealed: [], leased: false },
      { kind: "rest" },
    ],
  ]);
});

import type { DeliveryRecord } from "@crewstream/redis";
import { describe, expect, test } from "vitest";
import { decideDisposition, type Disposition } from "./disposition.ts";
import type { SendOutcome } from "./outcome.ts";

const now = 1_700_000_000_000;
const record: DeliveryRecord = { first: 3, last: 5, events: 3, sealedAt: 1, attempts: 0, nextAt: 17 };
const disposition = (outcome: SendOutcome, more: Partial<Parameters<typeof decideDisposition>[0]> = {}): Disposition =>
  decideDisposition({
    record,
    outcome,
    schedule: [1000, 2000],
    ordering: "relaxed",
    at: now - 40,
    now,
    random: 0.5,
    ...more,
  });

const failures: SendOutcome[] = [
  { kind: "rejected", status: 500 },
  { kind: "rejected", status: 404 },
  { kind: "redirected", status: 302 },
  { kind: "timeout", reason: "response" },
  { kind: "unreachable", reason: "ECONNRESET" },
  { kind: "forbidden", reason: "private" },
];

describe("a delivery after an attempt", () => {
  test("is delivered when it was acknowledged", () => {
    expect(disposition({ kind: "delivered", status: 204 })).toEqual({
      kind: "delivered",
      record: {
        first: 3,
        last: 5,
        events: 3,
        sealedAt: 1,
        attempts: 1,
        lastAt: now - 40,
        outcome: "delivered",
        status: 204,
      },
      endsFeed: false,
    });
  });

  test.each(failures)("is parked after %j, or held in a strict feed", (outcome) => {
    expect(disposition(outcome)).toMatchObject({
      kind: "parked",
      record: { attempts: 1, nextAt: now + 1000 },
      endsFeed: false,
    });
    expect(disposition(outcome, { ordering: "strict" })).toMatchObject({
      kind: "held",
      record: { nextAt: now + 1000 },
    });
  });

  test.each(failures)("is dead-lettered after %j when the schedule is used up, and keeps the reason", (outcome) => {
    const last = disposition(outcome, { record: { ...record, attempts: 2 } });
    expect(last).toMatchObject({ kind: "dead", endsFeed: false, record: { attempts: 3, outcome: outcome.kind } });
    expect(last.record.nextAt).toBeUndefined();
    expect(disposition(outcome, { record: { ...record, attempts: 2 }, ordering: "strict" }).kind).toBe("dead");
  });

  test("is dead-lettered at once when its receiver asks for it, and the subscription ends when it asks for that", () => {
    expect(disposition({ kind: "aborted", status: 400 })).toMatchObject({ kind: "dead", endsFeed: false });
    expect(disposition({ kind: "gone", status: 410 })).toMatchObject({ kind: "dead", endsFeed: true });
  });

  test("is unchanged when our own shutdown cut it off: no attempt is used up", () => {
    expect(disposition({ kind: "cut_off" })).toEqual({ kind: "unchanged", record, endsFeed: false });
  });

  test("waits as long as its receiver asks", () => {
    expect(disposition({ kind: "throttled", status: 429, retryAfterMs: 60_000 }).record.nextAt).toBe(now + 66_000);
    expect(disposition({ kind: "throttled", status: 503, retryAfterMs: undefined }).record.nextAt).toBe(now + 1000);
  });

  test("has its whole schedule again after a person retried it, while its attempts continue to count", () => {
    const revived = { ...record, attempts: 3, scheduleFrom: 3 };
    expect(disposition({ kind: "rejected", status: 500 }, { record: revived })).toMatchObject({
      kind: "parked",
      record: { attempts: 4, nextAt: now + 1000 },
    });
    expect(disposition({ kind: "rejected", status: 500 }, { record: { ...revived, attempts: 5 } }).kind).toBe("dead");
  });

  describe("that was brought forward", () => {
    // Later than the middle of an hour's jitter: what was drawn once is kept.
    const due = now + 3_800_000;
    const expedited = { ...record, attempts: 2, nextAt: now - 50, expeditedFrom: due };

    test.each(failures)("keeps its original time after %j: the schedule is not used up", (outcome) => {
      const schedule = [1000, 3_600_000];
      const { kind, record: next } = disposition(outcome, { record: expedited, schedule });
      expect({ kind, next }).toMatchObject({ kind: "parked", next: { attempts: 3, nextAt: due, scheduleFrom: 1 } });
      expect(next.expeditedFrom).toBeUndefined();
      // At its own time it is the schedule's last attempt, as it would have been.
      expect(disposition(outcome, { record: next, schedule, at: due, now: due }).kind).toBe("dead");
    });

    test.each(failures)(
      "does not go back to a wait beyond its schedule, which its receiver asked for, after %j",
      (outcome) => {
        const { kind, record: next } = disposition(outcome, { record: expedited });
        expect({ kind, next }).toMatchObject({ kind: "parked", next: { nextAt: now + 2400, scheduleFrom: 1 } });
      },
    );

    test("waits longer when its receiver asks for it, in a strict feed, too", () => {
      const asked = disposition(
        { kind: "throttled", status: 429, retryAfterMs: 7_200_000 },
        { record: expedited, ordering: "strict" },
      );
      expect(asked).toMatchObject({ kind: "held", record: { nextAt: now + 7_920_000, scheduleFrom: 1 } });
    });

    test("is an ordinary attempt if it was due anyway", () => {
      expect(
        disposition({ kind: "timeout", reason: "response" }, { record: { ...expedited, expeditedFrom: now - 40 } })
          .kind,
      ).toBe("dead");
    });

    test("is delivered when it was acknowledged, and its original time is gone", () => {
      const done = disposition({ kind: "delivered", status: 200 }, { record: expedited });
      expect(done).toMatchObject({ kind: "delivered", record: { attempts: 3 } });
      expect(done.record.expeditedFrom).toBeUndefined();
    });
  });

  test("has one attempt when the schedule is empty", () => {
    expect(disposition({ kind: "rejected", status: 500 }, { schedule: [] }).kind).toBe("dead");
  });

  test("does not keep the reason of an earlier attempt", () => {
    const before = { ...record, attempts: 1, outcome: "unreachable", reason: "ECONNRESET" };
    expect(disposition({ kind: "rejected", status: 500 }, { record: before }).record.reason).toBeUndefined();
    const answered = { ...record, attempts: 1, outcome: "rejected", status: 500 };
    expect(disposition({ kind: "timeout", reason: "response" }, { record: answered }).record.status).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";
import { receiveDelivery, type RawRequest, type ReceiverOptions } from "./delivery.ts";
import { BodyError, VerificationError } from "./errors.ts";
import { sign } from "./signature.ts";

const secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const now = new Date("2026-11-23T14:08:46Z");
const options: ReceiverOptions = { secrets, now: () => now };
const executionId = "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37";

function request(body: string, headers: Record<string, string> = {}): RawRequest {
  const id = "dlv_019aaf3e7c1d7b529d0e4a6c8e2f1b37_0_4";
  const timestamp = now.getTime() / 1000;
  const signature = sign({ id, timestamp, body, secrets });
  return {
    body,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature,
      ...headers,
    },
  };
}

function bodyOf(...events: { execution_id?: string; number: number }[]): string {
  return JSON.stringify({
    events: events.map(({ execution_id = executionId, number }) => ({
      id: `e${number}`,
      execution_id,
      timestamp: "2026-11-23T14:08:45.166Z",
      type: "note",
      data: { emission_sequence: number },
    })),
  });
}

test("a delivery has its metadata and its events in sequence", () => {
  const headers = { "webhook-attempt": "3", "webhook-replay-of": "dlv_x" };
  expect(receiveDelivery(request(bodyOf({ number: 9 }, { number: 4 }), headers), options)).toMatchObject({
    id: "dlv_019aaf3e7c1d7b529d0e4a6c8e2f1b37_0_4",
    timestamp: 1795442926,
    executionId,
    attempt: 3,
    replayOf: "dlv_x",
    events: [{ id: "e4" }, { id: "e9" }],
  });
});

test("attempt and replay have defaults without their headers", () => {
  const delivery = receiveDelivery(request(bodyOf({ number: 4 })), options);
  expect(delivery).toMatchObject({ attempt: 1, replayOf: undefined });
});

describe("a delivery that announces that its feed is complete", () => {
  const feedId = "dlv_019aaf3e7c1d7b529d0e4a6c8e2f1b37_0";
  const complete = { "crewstream-feed-complete": "deliveries=3; events=7" };

  test("has the feed's totals", () => {
    const delivery = receiveDelivery(request(bodyOf({ number: 4 }), complete), options);
    expect(delivery).toMatchObject({ feedId, feedTotals: { deliveries: 3, events: 7 } });
  });

  test("may have no event, and still names its execution", () => {
    const delivery = receiveDelivery(request(bodyOf(), complete), options);
    expect(delivery).toMatchObject({ feedId, executionId, events: [], feedTotals: { deliveries: 3, events: 7 } });
  });

  test.each(["", "yes", "deliveries=0; events=0", "deliveries=3", "events=7; deliveries=3", "deliveries=-1; events=7"])(
    "ignores a malformed header: %j",
    (text) => {
      const headers = { "crewstream-feed-complete": text };
      expect(receiveDelivery(request(bodyOf({ number: 4 }), headers), options).feedTotals).toBeUndefined();
    },
  );
});

describe("is refused", () => {
  test("a body without events that does not end its feed", () => {
    expect(() => receiveDelivery(request(bodyOf()), options)).toThrow("has no events");
  });

  test("a request that is not ours, before any of it is parsed", () => {
    const forged = { ...request(bodyOf({ number: 4 })), body: "not json" };
    expect(() => receiveDelivery(forged, options)).toThrow(VerificationError);
  });

  test("a request older than the receiver's own tolerance", () => {
    const later = { ...options, now: () => new Date(now.getTime() + 61_000) };
    const fresh = request(bodyOf({ number: 4 }));
    expect(() => receiveDelivery(fresh, { ...later, toleranceSeconds: 60 })).toThrow(VerificationError);
    expect(receiveDelivery(fresh, later).attempt).toBe(1);
  });

  test("a body that is larger than allowed", () => {
    const large = request(bodyOf({ number: 4 }));
    const refused = (): unknown => receiveDelivery(large, { ...options, maxBytes: large.body.length - 1 });
    expect(refused).toThrow(BodyError);
    expect(refused).toThrow(expect.objectContaining({ code: "payload_too_large" }));
  });

  test("a body that mixes executions", () => {
    const mixed = bodyOf({ number: 4 }, { number: 5, execution_id: "another" });
    expect(() => receiveDelivery(request(mixed), options)).toThrow("more than one execution");
  });
});

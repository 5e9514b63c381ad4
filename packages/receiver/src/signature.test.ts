import { AppError, ErrorCode, type webhookHeaders } from "@crewstream/contracts";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { VerificationError, type VerificationFailure } from "./errors.ts";
import { sign, verify, type VerifyInput } from "./signature.ts";

const oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const newSecret = `whsec_${Buffer.from("k".repeat(64)).toString("base64")}`;
const strangerSecret = `whsec_${Buffer.from("s".repeat(24)).toString("base64")}`;
const id = "dlv_01980b7a9f3c7d3e8a5b2c4d6e8f0a1b_0_17";
const body = '{"events":[{"type":"task_completed","data":{"output":"naïve — 分析 🙂"}}]}';

const now = new Date();
const seconds = Math.floor(now.getTime() / 1000);
type SignedHeaders = Record<(typeof webhookHeaders)["id" | "timestamp" | "signature"], string>;

function headersFor(signature: string, timestamp: number | string = seconds): SignedHeaders {
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signature };
}

function signed(secrets: string | readonly string[], timestamp = seconds): SignedHeaders {
  return headersFor(sign({ id, timestamp, body, secrets }), timestamp);
}

function failureOf(input: Partial<VerifyInput>): VerificationFailure {
  try {
    verify({ headers: signed(oldSecret), body, secrets: oldSecret, now, ...input });
  } catch (error) {
    if (error instanceof VerificationError) return error.failure;
    throw error;
  }
  throw new Error("the request was accepted");
}

describe("against the reference library", () => {
  test("our signature equals its signature", () => {
    const theirs = new Webhook(oldSecret).sign(id, now, body);
    expect(sign({ id, timestamp: seconds, body, secrets: [oldSecret] })).toBe(theirs);
  });

  test("it accepts what we sign, with either secret of a rotation", () => {
    const headers = signed([newSecret, oldSecret]);
    for (const secret of [newSecret, oldSecret]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    }
    expect(() => new Webhook(strangerSecret).verify(body, headers)).toThrow("No matching signature");
  });

  test("we accept what it signs", () => {
    const headers = headersFor(new Webhook(newSecret).sign(id, now, body));
    expect(verify({ headers, body, secrets: [oldSecret, newSecret], now })).toEqual({ id, timestamp: seconds });
  });
});

describe("rotation", () => {
  test("one v1 signature per secret, in the secrets' order", () => {
    const parts = sign({ id, timestamp: seconds, body, secrets: [newSecret, oldSecret] }).split(" ");
    expect(parts).toEqual([newSecret, oldSecret].map((secrets) => sign({ id, timestamp: seconds, body, secrets })));
  });

  test("a receiver that still has only the old secret accepts the request", () => {
    expect(verify({ headers: signed([newSecret, oldSecret]), body, secrets: oldSecret, now }).id).toBe(id);
  });

  test("signatures of other versions are ignored", () => {
    const ours = sign({ id, timestamp: seconds, body, secrets: oldSecret });
    const headers = headersFor(`v1a,${ours.slice(3)} v2,xyz ${ours}`);
    expect(verify({ headers, body, secrets: oldSecret, now }).id).toBe(id);
    expect(failureOf({ headers: headersFor(`v1a,${ours.slice(3)}`) })).toBe("no_matching_signature");
  });
});

describe("a request is refused", () => {
  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("without %s", (name) => {
    expect(failureOf({ headers: { ...signed(oldSecret), [name]: undefined } })).toBe("missing_header");
    expect(failureOf({ headers: { ...signed(oldSecret), [name]: "" } })).toBe("missing_header");
  });

  test("when the body, the id or the timestamp differs from what was signed", () => {
    expect(failureOf({ body: `${body} ` })).toBe("no_matching_signature");
    expect(failureOf({ headers: { ...signed(oldSecret), "webhook-id": "dlv_other" } })).toBe("no_matching_signature");
    const { "webhook-signature": signature } = signed(oldSecret);
    expect(failureOf({ headers: headersFor(signature, seconds + 1) })).toBe("no_matching_signature");
  });

  test("when it was signed with another secret, or not at all", () => {
    expect(failureOf({ headers: signed(strangerSecret) })).toBe("no_matching_signature");
    for (const value of ["v1,", "v1", "v1,AAAA", " ", "v1,é"]) {
      expect(failureOf({ headers: headersFor(value) })).toBe("no_matching_signature");
    }
  });

  test("when it is older or newer than the tolerance", () => {
    expect(failureOf({ headers: signed(oldSecret, seconds - 301) })).toBe("too_old");
    expect(failureOf({ headers: signed(oldSecret, seconds + 301) })).toBe("too_new");
    expect(failureOf({ headers: signed(oldSecret, seconds - 11), toleranceSeconds: 10 })).toBe("too_old");
    expect(verify({ headers: signed(oldSecret, seconds - 300), body, secrets: oldSecret, now }).id).toBe(id);
    expect(verify({ headers: signed(oldSecret, seconds + 300), body, secrets: oldSecret, now }).id).toBe(id);
  });

  test.each(["soon", "-1", "1.5", "1e9", " 1", "1795449600000"])("when its timestamp is %j", (timestamp) => {
    expect(failureOf({ headers: headersFor("v1,AAAA", timestamp) })).toBe("malformed_header");
  });
});

test("headers may be Headers, of any case, or repeated", () => {
  const headers = signed(oldSecret);
  const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
  for (const given of [new Headers(headers), shouted]) {
    expect(verify({ headers: given, body, secrets: oldSecret, now })).toEqual({ id, timestamp: seconds });
  }
});

test("bytes and the text they encode have the same signature", () => {
  const bytes = new TextEncoder().encode(body);
  expect(verify({ headers: signed(oldSecret), body: bytes, secrets: oldSecret, now }).id).toBe(id);
});

describe("a malformed secret is a configuration error and is not shown", () => {
  const short = `whsec_${Buffer.from("short").toString("base64")}`;
  test.each([short, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!", "", `${newSecret}AAAA`])("%j", (bad) => {
    const caught = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return error;
      }
    };
    const errors = [
      caught(() => sign({ id, timestamp: seconds, body, secrets: [oldSecret, bad] })),
      caught(() => verify({ headers: signed(oldSecret), body, secrets: [oldSecret, bad], now })),
    ];
    for (const error of errors) {
      expect(AppError.is(error, ErrorCode.configuration)).toBe(true);
      expect(String(error)).toContain("Signing secret 2");
      expect(String(error)).not.toContain(bad || oldSecret);
    }
  });

  test("no secret at all", () => {
    expect(() => sign({ id, timestamp: seconds, body, secrets: [] })).toThrow("at least one");
  });
});

test("an id with a full stop or a timestamp in milliseconds is not signed", () => {
  expect(() => sign({ id: "a.b", timestamp: seconds, body, secrets: oldSecret })).toThrow("full stop");
  expect(() => sign({ id: "", timestamp: seconds, body, secrets: oldSecret })).toThrow("full stop");
  expect(() => sign({ id, timestamp: Date.now(), body, secrets: oldSecret })).toThrow("whole seconds");
  expect(() => sign({ id, timestamp: 1.5, body, secrets: oldSecret })).toThrow("whole seconds");
});

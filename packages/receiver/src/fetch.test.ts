import { describe, expect, test } from "vitest";
import type { ReceivedDelivery } from "./delivery.ts";
import { NotNowError } from "./errors.ts";
import { fetchReceiver } from "./fetch.ts";
import { sign } from "./signature.ts";

const secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const body = JSON.stringify({
  events: [
    {
      id: "e1",
      execution_id: "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37",
      timestamp: "2026-11-23T14:08:45.166Z",
      type: "note",
      data: { emission_sequence: 1, text: "分析" },
    },
  ],
});

function post(sent: string | ReadableStream<Uint8Array>, signature?: string): Request {
  const timestamp = Math.floor(Date.now() / 1000);
  return new Request("https://receiver.example.com/hook", {
    method: "POST",
    body: sent,
    duplex: "half",
    headers: {
      "webhook-id": "dlv_1",
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature ?? sign({ id: "dlv_1", timestamp, body, secrets }),
    },
  });
}

test("a genuine request is handled and acknowledged", async () => {
  const received: ReceivedDelivery[] = [];
  const response = await fetchReceiver({ secrets }, (delivery) => received.push(delivery))(post(body));
  expect(response.status).toBe(204);
  expect(received).toMatchObject([{ id: "dlv_1", events: [{ id: "e1", data: { text: "分析" } }] }]);
});

test("a body in chunks that split characters is joined correctly", async () => {
  const pieces = ReadableStream.from([...new TextEncoder().encode(body)].map((byte) => Uint8Array.of(byte)));
  expect((await fetchReceiver({ secrets }, () => undefined)(post(pieces))).status).toBe(204);
});

describe("is answered without the handler", () => {
  const unreached = (): never => {
    throw new Error("handled");
  };

  test("401 to an unsigned request, with the reason and without reading the body", async () => {
    const response = await fetchReceiver({ secrets }, unreached)(post(body, "v1,c3RyYW5nZXI="));
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: "Unauthorized",
      message: expect.stringContaining("No v1 signature"),
    });
  });

  test("400 to a signed body that holds no events", async () => {
    const response = await fetchReceiver({ secrets }, unreached)(signedPost("{}"));
    expect(response.status).toBe(400);
  });

  test("413 to an endless body, which is not read to its end", async () => {
    let pieces = 0;
    const long = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (++pieces === 1000) controller.close();
        else controller.enqueue(new Uint8Array(1000));
      },
    });
    const response = await fetchReceiver({ secrets, maxBytes: 5000 }, unreached)(post(long));
    expect(response.status).toBe(413);
    expect(pieces).toBeLessThan(20);
  });
});

function signedPost(text: string): Request {
  const timestamp = Math.floor(Date.now() / 1000);
  return post(text, sign({ id: "dlv_1", timestamp, body: text, secrets }));
}

describe("when the handler fails", () => {
  test("NotNowError is 409 with the time to wait", async () => {
    const handle = (): never => {
      throw new NotNowError("Another attempt is at it.", 7);
    };
    const response = await fetchReceiver({ secrets }, handle)(post(body));
    expect(response.status).toBe(409);
    expect(response.headers.get("retry-after")).toBe("7");
  });

  test("anything else is thrown, for the framework to turn into a 500", async () => {
    const handle = (): Promise<never> => Promise.reject(new Error("database is down"));
    await expect(fetchReceiver({ secrets }, handle)(post(body))).rejects.toThrow("database is down");
  });

  test("a malformed secret is not the sender's fault", async () => {
    await expect(fetchReceiver({ secrets: "whsec_" }, () => undefined)(post(body))).rejects.toThrow("Signing secret 1");
  });
});

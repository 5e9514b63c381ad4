import { once } from "node:events";
import { createServer, request as httpRequest, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expressReceiver, sign, type DeliveryHandler, type ReceiverOptions } from "@crewstream/receiver";
import express, { type ErrorRequestHandler, type Express } from "express";
import { describe, expect, test } from "vitest";

const secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const body = JSON.stringify({
  events: [
    {
      id: "e1",
      execution_id: "019aaf3e-7c1d-7b52-9d0e-4a6c8e2f1b37",
      timestamp: "2026-11-23T14:08:45.166Z",
      type: "note",
      data: { emission_sequence: 1, text: "分析 ".repeat(30_000) },
    },
  ],
});

function signedHeaders(of = body): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000);
  return {
    "content-type": "application/json",
    "webhook-id": "dlv_1",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": sign({ id: "dlv_1", timestamp, body: of, secrets }),
  };
}

async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** An Express app whose error handler responds 500 with the error's message. */
function appWith(
  handle: DeliveryHandler,
  options: Partial<ReceiverOptions> = {},
  ...before: RequestListener[]
): Express {
  const app = express();
  for (const middleware of before) app.use(middleware);
  app.post("/", expressReceiver({ secrets, ...options }, handle));
  const onError: ErrorRequestHandler = (error: Error, _request, response, _next) => {
    response.status(500).send(error.message);
  };
  return app.use(onError);
}

describe("the raw body", () => {
  test.each([
    ["is read by the receiver", []],
    ["is taken as bytes from express.raw()", [express.raw({ type: "*/*", limit: "1mb" })]],
    ["is taken as text from express.text()", [express.text({ type: "*/*", limit: "1mb" })]],
  ])("%s", async (_how, before) => {
    const texts: unknown[] = [];
    const app = appWith(({ events }) => texts.push(events[0]?.data["text"]), {}, ...(before as RequestListener[]));
    await using server = await serve(app);
    const response = await fetch(server.url, { method: "POST", headers: signedHeaders(), body });
    expect(response.status).toBe(204);
    expect(texts).toEqual(["分析 ".repeat(30_000)]);
  });

  test("that express.json() has consumed is the app's error, whose message says what to do", async () => {
    await using server = await serve(appWith(() => undefined, {}, express.json({ limit: "1mb" }) as RequestListener));
    const response = await fetch(server.url, { method: "POST", headers: signedHeaders(), body });
    expect(response.status).toBe(500);
    expect(await response.text()).toContain("mount the receiver before express.json()");
  });
});

describe("a body that is too large is answered with 413", () => {
  const unreached = (): never => {
    throw new Error("handled");
  };

  test("if its content-length says so", async () => {
    await using server = await serve(appWith(unreached, { maxBytes: 1000 }));
    const response = await fetch(server.url, { method: "POST", headers: signedHeaders(), body });
    expect(response.status).toBe(413);
  });

  test("if it exceeds the limit, before it has ended", async () => {
    await using server = await serve(appWith(unreached, { maxBytes: 1000 }));
    const sending = httpRequest(server.url, { method: "POST", headers: signedHeaders() });
    sending.on("error", () => undefined);
    sending.write("x".repeat(2000));
    const [response] = (await once(sending, "response")) as [{ statusCode: number; headers: Record<string, string> }];
    expect(response.statusCode).toBe(413);
    expect(response.headers["connection"]).toBe("close");
    sending.destroy();
  });
});

describe("what the handler throws", () => {
  const failing = (): Promise<never> => Promise.reject(new Error("database is down"));

  test("goes to Express's error handler", async () => {
    await using server = await serve(appWith(failing));
    const response = await fetch(server.url, { method: "POST", headers: signedHeaders(), body });
    expect([response.status, await response.text()]).toEqual([500, "database is down"]);
  });

  test("is answered with a bare 500 without Express", async () => {
    const receive = expressReceiver({ secrets }, failing);
    await using server = await serve((request, response) => void receive(request, response));
    const response = await fetch(server.url, { method: "POST", headers: signedHeaders(), body });
    expect([response.status, await response.text()]).toEqual([500, ""]);
  });
});

test("a request that is cut off is not handled", async () => {
  let handled = 0;
  const ended = Promise.withResolvers<void>();
  const receive = expressReceiver({ secrets }, () => handled++);
  await using server = await serve((request, response) => {
    void receive(request, response).then(ended.resolve);
  });
  const sending = httpRequest(server.url, {
    method: "POST",
    headers: { ...signedHeaders(), "content-length": "99999" },
  });
  sending.on("error", () => undefined);
  sending.write(body.slice(0, 100), () => sending.destroy());
  await ended.promise;
  expect(handled).toBe(0);
});

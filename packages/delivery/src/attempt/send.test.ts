import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { addressPolicy, type AddressPolicy } from "@crewstream/service";
import { send, type SendResult } from "./send.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const timeoutMs = 400;
const open = addressPolicy({ WEBHOOK_ALLOW_NETWORKS: ["127.0.0.0/8", "::1"] });
const client = createClient({ policy: open, timeoutMs, concurrency: 4 });
const seen: { path: string; method: string; body: string; headers: IncomingMessage["headers"] }[] = [];
const handlers = new Map<string, Handler>();
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      seen.push({
        path,
        method: request.method ?? "",
        body: Buffer.concat(chunks).toString(),
        headers: request.headers,
      });
      handlers.get(path)?.(request, response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  client[Symbol.dispose]();
  server.closeAllConnections();
  server.close();
});

function attempt(
  url: string,
  {
    policy = open,
    signal = new AbortController().signal,
    handler,
  }: { policy?: AddressPolicy; signal?: AbortSignal; handler?: Handler } = {},
): Promise<SendResult> {
  if (handler !== undefined) handlers.set(new URL(url).pathname, handler);
  return send({ url, body: '{"events":[]}', headers: { "x-test": "1" } }, { client, policy, signal });
}
const answer = (status: number, headers: Record<string, string> = {}, body = ""): Handler => {
  return (_request, response) => void response.writeHead(status, headers).end(body);
};

describe("one attempt", () => {
  test("posts the bytes and reads the response", async () => {
    const { outcome, response } = await attempt(`${origin}/ok`, { handler: answer(202, {}, "thanks") });
    expect(outcome).toEqual({ kind: "delivered", status: 202 });
    expect(response).toBe("thanks");
    expect(seen.at(-1)).toMatchObject({ method: "POST", body: '{"events":[]}', headers: { "x-test": "1" } });
  });

  test("never follows a redirect", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const handler = answer(status, { location: `${origin}/elsewhere` });
      expect((await attempt(`${origin}/redirect`, { handler })).outcome).toEqual({ kind: "redirected", status });
    }
    expect(seen.some(({ path }) => path === "/elsewhere")).toBe(false);
  });

  test("reads the receiver's instructions", async () => {
    const throttled = answer(429, { "retry-after": "7" });
    expect((await attempt(`${origin}/429`, { handler: throttled })).outcome).toMatchObject({ retryAfterMs: 7000 });
    const disable = answer(200, { "webhook-delivery": "disable" });
    expect((await attempt(`${origin}/off`, { handler: disable })).outcome).toEqual({ kind: "gone", status: 200 });
    const abort = answer(500, { "webhook-delivery": "abort-message" });
    expect((await attempt(`${origin}/abort`, { handler: abort })).outcome).toEqual({ kind: "aborted", status: 500 });
  });

  test("times out without a response, and ends if a response does not end", async () => {
    const hang = await attempt(`${origin}/hang`, { handler: () => undefined });
    expect(hang.outcome).toEqual({ kind: "timeout", reason: "response" });
    let closed = false;
    const drip: Handler = (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 20);
      response.once("close", () => {
        clearInterval(timer);
        closed = true;
      });
    };
    // Its status line and headers acknowledge; the body need not end.
    expect((await attempt(`${origin}/drip`, { handler: drip })).outcome).toEqual({ kind: "delivered", status: 200 });
    await expect.poll(() => closed).toBe(true);
  });

  test("reads 16 KiB of an endless response and keeps 2 KiB", async () => {
    let closed = false;
    const flood: Handler = (_request, response) => {
      response.writeHead(200);
      response.once("close", () => {
        closed = true;
      });
      const pour = (): void => {
        let room = true;
        while (room) room = response.write("y".repeat(4096));
        if (!closed) response.once("drain", pour);
      };
      pour();
    };
    const { outcome, response } = await attempt(`${origin}/flood`, { handler: flood });
    expect(outcome).toEqual({ kind: "delivered", status: 200 });
    expect(response).toBe("y".repeat(2048));
    await expect.poll(() => closed).toBe(true);
  });

  test("tells why there was no response", async () => {
    const reset = await attempt(`${origin}/reset`, { handler: (request) => request.socket.resetAndDestroy() });
    expect(reset.outcome).toEqual({ kind: "unreachable", reason: "ECONNRESET" });
    expect((await attempt("http://127.0.0.1:1/")).outcome).toEqual({ kind: "unreachable", reason: "ECONNREFUSED" });
    const broken: Handler = (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    };
    const half = await attempt(`${origin}/half`, { handler: broken });
    expect(half).toMatchObject({ outcome: { kind: "delivered", status: 200 }, response: "half" });
  });

  test("is repeated if a keep-alive connection was closed, and only then", async () => {
    let requests = 0;
    const served = new WeakSet<Socket>();
    const closing: Handler = (request, response) => {
      requests += 1;
      // As a receiver that has just restarted, or closes what was idle: the second request finds nobody.
      if (served.has(request.socket)) request.socket.resetAndDestroy();
      else response.writeHead(200).end();
      served.add(request.socket);
    };
    expect((await attempt(`${origin}/kept`, { handler: closing })).outcome.kind).toBe("delivered");
    expect((await attempt(`${origin}/kept`, { handler: closing })).outcome.kind).toBe("delivered");
    expect(requests).toBe(3);

    // A connection of its own that is reset is the endpoint's doing.
    let resets = 0;
    const reset: Handler = (request) => {
      resets += 1;
      request.socket.resetAndDestroy();
    };
    expect((await attempt(`${origin}/own`, { handler: reset })).outcome.kind).toBe("unreachable");
    expect(resets).toBeLessThanOrEqual(2);
  });

  test("leaves its connection open for the next, but not for ever", async () => {
    const keeping = createServer((_request, response) => response.end()).listen(0, "127.0.0.1");
    keeping.keepAliveTimeout = 0;
    await once(keeping, "listening");
    const connected = once(keeping, "connection");
    using brief = createClient({ policy: open, timeoutMs, concurrency: 4, idleMs: 50 });
    const url = `http://127.0.0.1:${(keeping.address() as AddressInfo).port}/`;
    const { signal } = new AbortController();
    const { outcome } = await send({ url, body: "{}", headers: {} }, { client: brief, policy: open, signal });
    expect(outcome.kind).toBe("delivered");
    const [socket] = (await connected) as [Socket];
    await once(socket, "close");
    keeping.close();
  });

  test("does not count if our own shutdown aborts it", async () => {
    const stop = new AbortController();
    const sending = attempt(`${origin}/stopped`, { signal: stop.signal, handler: () => stop.abort() });
    expect((await sending).outcome).toEqual({ kind: "cut_off" });
    expect((await attempt(`${origin}/late`, { signal: AbortSignal.abort() })).outcome).toEqual({ kind: "cut_off" });
  });

  test("survives a response that is not HTTP", async () => {
    const sockets = new Set<Socket>();
    const raw = createSocketServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.end("SSH-2.0-OpenSSH_9.6\r\n");
    }).listen(0, "127.0.0.1");
    await once(raw, "listening");
    const { port } = raw.address() as AddressInfo;
    expect((await attempt(`http://127.0.0.1:${port}/`)).outcome.kind).toBe("unreachable");
    raw.close();
  });
});

describe("an address that is not allowed", () => {
  test("is reached neither by a literal nor by a name, even if the kickoff accepted it", async () => {
    const strict = addressPolicy({});
    const guarded = createClient({ policy: strict, timeoutMs, concurrency: 1 });
    const before = seen.length;
    const { port } = new URL(origin);
    for (const host of ["127.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost"]) {
      const { outcome } = await send(
        { url: `http://${host}:${port}/inside`, body: "{}", headers: {} },
        { client: guarded, policy: strict, signal: new AbortController().signal },
      );
      expect(outcome.kind).toBe("forbidden");
    }
    // The connection's own resolver refuses what the check before it did not see.
    const { outcome } = await send(
      { url: `http://localhost:${port}/inside`, body: "{}", headers: {} },
      { client: guarded, policy: open, signal: new AbortController().signal },
    );
    expect(outcome).toMatchObject({ kind: "forbidden", reason: expect.stringContaining("loopback") });
    expect(seen).toHaveLength(before);
    guarded[Symbol.dispose]();
  });
});

import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressPolicy } from "@crewstream/service";
import { createClient } from "./client.ts";
import type { SendOutcome } from "./outcome.ts";
import { send, type SendResult } from "./send.ts";

/** Answers a connection's nth request (from 0), byte by byte as it likes. */
type RawAnswer = (socket: Socket, nth: number) => void;

const policy = addressPolicy({ WEBHOOK_ALLOW_NETWORKS: ["127.0.0.0/8"] });
const answers = new Map<string, RawAnswer>();
/** The connections on which each path was asked for, in order. */
const connections = new Map<string, Socket[]>();
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((socket) => {
    let nth = 0;
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      const path = /^POST (\S+) /.exec(data.toString())?.[1];
      if (path === undefined) return;
      connections.set(path, [...(connections.get(path) ?? []), socket]);
      answers.get(path)?.(socket, nth++);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

/** A client of its own: no other test's connections are in its pool. */
function openClient(timeoutMs: number) {
  return createClient({ policy, timeoutMs, concurrency: 1 });
}

async function attempt(url: string, client: ReturnType<typeof openClient>, body = "{}"): Promise<SendResult> {
  return send({ url, body, headers: {} }, { client, policy, signal: new AbortController().signal });
}

const headers = (status: string, ...lines: string[]): string => [`HTTP/1.1 ${status}`, ...lines, "", ""].join("\r\n");
const delivered = (status: number): SendOutcome => ({ kind: "delivered", status });

describe("a complete status line and headers are the outcome, whatever follows", () => {
  const whole: [string, string, SendOutcome, string | undefined][] = [
    ["more than announced", headers("200 OK", "content-length: 5") + "hello world", delivered(200), "hello"],
    [
      "chunks that are none",
      headers("200 OK", "transfer-encoding: chunked") + "5\r\nhello\r\nzz\r\n\r\n",
      delivered(200),
      "hello",
    ],
    [
      "a length and chunks",
      headers("202 Accepted", "content-length: 5", "transfer-encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n",
      delivered(202),
      "hello",
    ],
    ["bare line feeds", "HTTP/1.1 200 OK\ncontent-length: 2\n\nok", delivered(200), "ok"],
    [
      "40 KiB of headers",
      headers("200 OK", `x: ${"y".repeat(40_000)}`, "content-length: 0"),
      delivered(200),
      undefined,
    ],
    ["410 with a body", headers("410 Gone", "content-length: 0") + "gone", { kind: "gone", status: 410 }, undefined],
    [
      "429 with a body",
      headers("429 Too Many", "retry-after: 7", "content-length: 0") + "slow",
      { kind: "throttled", status: 429, retryAfterMs: 7000 },
      undefined,
    ],
  ];
  test.each(whole)("%s, in one packet", async (name, text, outcome, response) => {
    const path = `/whole/${encodeURIComponent(name)}`;
    using client = openClient(20_000);
    answers.set(path, (socket) => void socket.write(text));
    expect(await attempt(origin + path, client)).toMatchObject({ outcome, ...(response && { response }) });
    expect(connections.get(path)).toHaveLength(1);
  });

  const partial: [string, string, (socket: Socket) => void, SendOutcome][] = [
    ["a body cut short", headers("200 OK", "content-length: 90") + "half", (s) => s.end(), delivered(200)],
    ["a reset", headers("200 OK", "content-length: 90") + "half", (s) => s.resetAndDestroy(), delivered(200)],
    [
      "chunks that stop being any",
      headers("200 OK", "transfer-encoding: chunked") + "4\r\nhalf\r\n",
      (s) => s.write("zz\r\n\r\n"),
      delivered(200),
    ],
    [
      "a refusal cut short",
      headers("400 Bad", "content-length: 90") + "half",
      (s) => s.end(),
      { kind: "rejected", status: 400 },
    ],
  ];
  test.each(partial)("%s, after the client has read the beginning", async (name, text, end, outcome) => {
    const path = `/partial/${encodeURIComponent(name)}`;
    using client = openClient(20_000);
    answers.set(path, (socket) => socket.write(text, () => setTimeout(end, 20, socket)));
    expect(await attempt(origin + path, client)).toMatchObject({ outcome, response: "half" });
    expect(connections.get(path)).toHaveLength(1);
  });

  test("an endless body is read until the attempt's time is over", async () => {
    using client = openClient(400);
    answers.set("/endless", (socket) => void socket.write(headers("200 OK") + "begun"));
    expect(await attempt(`${origin}/endless`, client)).toMatchObject({ outcome: delivered(200), response: "begun" });
    const [socket] = connections.get("/endless") ?? [];
    if (socket?.closed === false) await once(socket, "close");
  });

  test("our shutdown does not revoke an acknowledgement", async () => {
    using client = openClient(20_000);
    const stop = new AbortController();
    answers.set("/stopped", (socket) =>
      socket.write(headers("200 OK") + "begun", () => setTimeout(() => stop.abort(), 50)),
    );
    const request = { url: `${origin}/stopped`, body: "{}", headers: {} };
    expect(await send(request, { client, policy, signal: stop.signal })).toMatchObject({ outcome: delivered(200) });
  });
});

describe("incomplete headers", () => {
  test.each([
    ["half a status line", "HTTP/1.1 20"],
    ["half the headers", "HTTP/1.1 200 OK\r\ncontent-le"],
  ])("%s acknowledge nothing", async (name, text) => {
    const path = `/half/${encodeURIComponent(name)}`;
    using client = openClient(20_000);
    answers.set(path, (socket) => void socket.end(text));
    expect((await attempt(origin + path, client)).outcome.kind).toBe("unreachable");
  });
});

describe("a connection after a response that violates the protocol", () => {
  test.each([
    ["204 whose body is yet to come", headers("204 No Content", "content-length: 5")],
    ["204 whose chunks are yet to come", headers("204 No Content", "transfer-encoding: chunked")],
    ["a length and chunks", headers("200 OK", "content-length: 5", "transfer-encoding: chunked") + "0\r\n\r\n"],
    ["101", headers("101 Switching Protocols")],
    ["more than announced", headers("200 OK", "content-length: 2") + "okay"],
  ])("%s: is not used again", async (name, text) => {
    const path = `/reuse/${encodeURIComponent(name)}`;
    using client = openClient(20_000);
    answers.set(path, (socket) => void socket.write(text));
    await attempt(origin + path, client);
    await attempt(origin + path, client);
    expect(new Set(connections.get(path)).size).toBe(2);
  });

  test("is used again after a valid response", async () => {
    using client = openClient(20_000);
    for (const [path, text] of [
      ["/kept/204", headers("204 No Content")],
      ["/kept/204-0", headers("204 No Content", "content-length: 0")],
      ["/kept/chunks", headers("200 OK", "transfer-encoding: chunked") + "2\r\nok\r\n0\r\n\r\n"],
    ] as const) {
      answers.set(path, (socket) => void socket.write(text));
      await attempt(origin + path, client);
      await attempt(origin + path, client);
      expect(new Set(connections.get(path)).size).toBe(1);
    }
  });

  test("a late response to one request is not the response to the next", async () => {
    using client = openClient(20_000);
    // The rest of the first response arrives when the second request is already in flight.
    answers.set(
      "/late",
      (socket, nth) => void socket.write(nth === 0 ? headers("200 OK", "content-length: 0") : "rest of it"),
    );
    expect((await attempt(`${origin}/late`, client)).outcome).toEqual(delivered(200));
    expect((await attempt(`${origin}/late`, client)).outcome).toEqual(delivered(200));
    expect(connections.get("/late")).toHaveLength(3);
  });
});

describe("an informational response", () => {
  test.each([
    [101, headers("101 Switching Protocols")],
    [101, headers("101 Switching Protocols", "connection: upgrade", "upgrade: websocket") + "\x81\x05hello"],
  ])("%i is a rejection at once", async (status, text) => {
    const path = `/switch/${text.length}`;
    using client = openClient(60_000);
    answers.set(path, (socket) => void socket.write(text));
    expect((await attempt(origin + path, client)).outcome).toEqual({ kind: "rejected", status });
  });

  test.each([100, 102, 103, 199])("%i without a final response is a rejection", async (status) => {
    const path = `/interim/${status}`;
    using client = openClient(300);
    answers.set(path, (socket) => void socket.write(headers(`${status} Wait`)));
    expect((await attempt(origin + path, client)).outcome).toEqual({ kind: "rejected", status });
    answers.set(path, (socket) => void socket.end(headers(`${status} Wait`)));
    expect((await attempt(origin + path, client)).outcome).toEqual({ kind: "rejected", status });
  });

  test("before the final one changes nothing", async () => {
    using client = openClient(20_000);
    answers.set("/early", (socket) => {
      socket.write(headers("103 Early Hints") + headers("102 Processing"));
      setTimeout(() => socket.write(headers("200 OK", "content-length: 0")), 20);
    });
    expect((await attempt(`${origin}/early`, client)).outcome).toEqual(delivered(200));
  });
});

describe("a timeout names its phase", () => {
  test("response", async () => {
    using client = openClient(300);
    answers.set("/silent", () => undefined);
    expect((await attempt(`${origin}/silent`, client)).outcome).toEqual({ kind: "timeout", reason: "response" });
    answers.set("/begun", (socket) => void socket.write("HTTP/1.1 200 OK\r\n"));
    expect((await attempt(`${origin}/begun`, client)).outcome).toEqual({ kind: "timeout", reason: "response" });
  });

  test("send: a body that is not read", async () => {
    using client = openClient(500);
    const full = createServer((socket) => void socket.pause().on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(full, "listening");
    const url = `http://127.0.0.1:${(full.address() as AddressInfo).port}/`;
    expect((await attempt(url, client, "x".repeat(64_000_000))).outcome).toEqual({ kind: "timeout", reason: "send" });
    full.close();
  });
});

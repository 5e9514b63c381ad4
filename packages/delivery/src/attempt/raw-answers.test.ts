import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { addressPolicy } from "@crewstream/service";
import { afterAll, beforeEach, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { send, type SendResult } from "./send.ts";

const policy = addressPolicy({ WEBHOOK_ALLOW_NETWORKS: ["127.0.0.0/8"] });
const client = createClient({ policy, timeoutMs: 600, concurrency: 4 });
const servers: Server[] = [];
const sockets = new Set<Socket>();
afterAll(() => {
  client[Symbol.dispose]();
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** Requests that reached the receiver, and on how many connections. */
let requests = 0;
let connections = 0;
let closed = 0;
beforeEach(() => {
  [requests, connections, closed] = [0, 0, 0];
});

/** A receiver that answers each request with these bytes, in as many packets; a request is one packet here. */
async function receiver(...packets: string[]): Promise<string> {
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on("error", () => undefined).setNoDelay(true));
    socket.once("close", () => (closed += 1));
    socket.on("data", () => {
      requests += 1;
      void (async () => {
        for (const packet of packets) {
          socket.write(packet);
          await new Promise((next) => setTimeout(next, 30));
        }
      })();
    });
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function attempt(url: string): Promise<SendResult> {
  const signal = new AbortController().signal;
  return send({ url, body: '{"events":[]}', headers: {} }, { client, policy, signal });
}

test.each([
  ["204 with a length and a body", "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello"],
  ["204 in chunks", "HTTP/1.1 204 No Content\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
  ["204 with a body and no length", "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\nhello"],
  ["200 with length 0 and a body", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nhello"],
  ["200 with an invalid chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello"],
  [
    "two answers to one request",
    "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
  ],
])("%s acknowledges, in one request", async (_, answer) => {
  const url = await receiver(answer);
  expect((await attempt(url)).outcome).toMatchObject({ kind: "delivered" });
  expect(requests).toBe(1);
  // What is left on the connection is never taken for the answer to the next request.
  expect((await attempt(url)).outcome).toMatchObject({ kind: "delivered" });
  expect(connections).toBe(2);
});

test("bytes after a complete response do not become the response to the next request", async () => {
  const url = await receiver(
    "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n",
  );
  expect((await attempt(url)).outcome).toEqual({ kind: "delivered", status: 200 });
  await expect.poll(() => closed).toBe(1);
  expect((await attempt(url)).outcome).toEqual({ kind: "delivered", status: 200 });
  expect(requests).toBe(2);
});

test("a rejection whose body is incomplete keeps its status", async () => {
  const url = await receiver("HTTP/1.1 422 No\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
  expect((await attempt(url)).outcome).toEqual({ kind: "rejected", status: 422 });
});

test.each([
  ["101", 101, "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"],
  ["102 and nothing more", 102, "HTTP/1.1 102 Processing\r\n\r\n"],
])("%s is a rejection, not a timeout", async (_, status, answer) => {
  const url = await receiver(answer);
  expect((await attempt(url)).outcome).toEqual({ kind: "rejected", status });
});

test("a TLS handshake that hangs is the reason of the timeout", async () => {
  const url = (await receiver()).replace("http:", "https:");
  expect((await attempt(url)).outcome).toEqual({ kind: "timeout", reason: "secureConnect" });
});

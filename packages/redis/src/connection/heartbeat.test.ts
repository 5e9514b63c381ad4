import { EventEmitter } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { socketHeartbeat, type ConnectionRole } from "./heartbeat.ts";

/** A newly connected client, and what was done to its connection. */
function connected(role: ConnectionRole) {
  const socket = Object.assign(new EventEmitter(), {
    bytesRead: 0,
    bytesWritten: 0,
    destroyed: false,
    remoteAddress: "127.0.0.1",
    remotePort: 6379,
    destroy() {
      socket.destroyed = true;
      socket.emit("close");
    },
  });
  const client = Object.assign(new EventEmitter(), {
    stream: socket,
    status: "ready",
    pings: 0,
    async ping() {
      client.pings += 1;
      socket.bytesWritten += 1;
    },
  });
  const reports: [number, string][] = [];
  const heartbeat = socketHeartbeat(client as unknown as Redis, role, (...report) => reports.push(report));
  client.emit("connect");
  const check = async (times = 1): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      heartbeat.check();
      await nextTurn();
    }
  };
  return { client, socket, reports, heartbeat, check };
}

test("a connection with traffic is left alone", async () => {
  const { client, socket, reports, check } = connected("commands");
  for (let time = 0; time < 20; time += 1) {
    socket.bytesRead += 1;
    await check();
  }
  expect([client.pings, reports, socket.destroyed]).toEqual([0, [], false]);
});

test("an idle one is asked for a sign of life, and one that gives none is replaced", async () => {
  const { client, socket, reports, check } = connected("commands");
  await check(2);
  expect(client.pings).toBe(1);
  socket.bytesRead += 1;
  await check(3);
  expect(client.pings).toBe(2);
  expect(socket.destroyed).toBe(false);
  await check(2);
  expect(socket.destroyed).toBe(true);
  expect(reports).toEqual([[10_000, "127.0.0.1:6379"]]);
});

test("a handshake that is not answered is given up too, without a command in its middle", async () => {
  const { client, socket, check } = connected("commands");
  client.status = "connect";
  await check(4);
  expect([client.pings, socket.destroyed]).toEqual([0, true]);
});

test("what has come while the process was held up counts", async () => {
  const { socket, reports, heartbeat, check } = connected("commands");
  await check(3);
  heartbeat.check();
  // Read by the event loop before it gets to the check's own callback.
  socket.bytesRead += 1;
  await nextTurn();
  expect([reports, socket.destroyed]).toEqual([[], false]);
});

test("one that blocks is asked for nothing while it may wait", async () => {
  const { client, socket, check } = connected("blocking");
  await check(4);
  expect(client.pings).toBe(0);
  await check(3);
  expect([client.pings, socket.destroyed]).toEqual([1, true]);
});

import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Redis } from "ioredis";
import { expect, test } from "vitest";
import { gatherWrites } from "./gather-writes.ts";

/** A newly connected client, and what its socket was asked to write, one entry per system call. */
function connectedClient(): { send: (text: string) => void; calls: string[] } {
  const calls: string[] = [];
  const socket = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      calls.push(chunk);
      done();
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(""));
      done();
    },
  });
  const client = Object.assign(new EventEmitter(), { stream: socket });
  gatherWrites(client as unknown as Redis);
  client.emit("connect");
  return { send: (text) => void client.stream.write(text), calls };
}

test("the commands of one turn of the event loop leave in one write, also those of its promises", async () => {
  const { send, calls } = connectedClient();
  send("a");
  send("b");
  void Promise.resolve().then(() => send("c"));
  await nextTurn();
  expect(calls).toEqual(["abc"]);

  send("d");
  await nextTurn();
  expect(calls).toEqual(["abc", "d"]);
});

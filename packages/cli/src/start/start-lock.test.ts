import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identifyProcess } from "../processes/identity.ts";
import { acquireStartLock } from "./start-lock.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "crewstream-lock-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("one at a time, and free again afterwards without a trace", async () => {
  const lock = await acquireStartLock(dir);
  await expect(acquireStartLock(dir)).rejects.toThrow(`already running on ${dir} (process ${process.pid})`);
  await lock[Symbol.asyncDispose]();
  await (await acquireStartLock(dir))[Symbol.asyncDispose]();
  expect(await readdir(dir)).toEqual([]);
});

test("of many at once, exactly one gets it", async () => {
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => acquireStartLock(dir)));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a lock whose process was killed is taken over", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"]);
  await once(child, "spawn");
  const identity = identifyProcess(child.pid!);
  await writeFile(join(dir, "start.lock"), JSON.stringify(identity));
  await expect(acquireStartLock(dir)).rejects.toThrow("already running");
  child.kill("SIGKILL");
  await once(child, "exit");
  await using lock = await acquireStartLock(dir);
  expect(lock).toBeDefined();
});

test.each([
  ["a number that another process has now", JSON.stringify({ pid: process.pid, startedAt: "earlier" })],
  ["half a line", '{"pid": 12'],
  ["nothing", ""],
])("a lock that holds %s is taken over", async (_case, text) => {
  await writeFile(join(dir, "start.lock"), text);
  await using lock = await acquireStartLock(dir);
  expect(lock).toBeDefined();
});

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Machine } from "./install-hint.ts";
import { ensureRedisServer } from "./install.ts";

const debianRoot: Machine = { platform: "linux", distributions: ["ubuntu", "debian"], isRoot: true };

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), "crewstream-install-"));
});
afterEach(() => rm(bin, { recursive: true, force: true }));

async function unpack(): Promise<void> {
  await writeFile(join(bin, "redis-check-rdb"), '#!/bin/sh\necho "Redis server v=7.0.15"\n');
  await chmod(join(bin, "redis-check-rdb"), 0o755);
}

test("installs the package without a service on Debian as root, and says so", async () => {
  const calls: string[][] = [];
  const said: string[] = [];
  const aptGet = async (args: readonly string[]): Promise<void> => {
    calls.push([...args]);
    await unpack();
  };
  const binary = await ensureRedisServer({
    searchPath: bin,
    say: (sentence) => said.push(sentence),
    machine: debianRoot,
    aptGet,
  });

  expect(binary).toMatchObject({ path: join(bin, "redis-check-rdb"), argv0: "redis-server" });
  expect(calls).toHaveLength(1);
  expect(calls[0]?.at(-1)).toBe("redis-tools");
  expect(said[0]).toMatch(/installing the package redis-tools with apt-get/);
});

test("fetches the package lists when the first try fails", async () => {
  const calls: string[] = [];
  const aptGet = (args: readonly string[]): Promise<void> => {
    calls.push(args[0] ?? "");
    if (calls.length === 1) return Promise.reject(new Error("Unable to locate package"));
    return unpack();
  };
  await ensureRedisServer({ searchPath: bin, say: () => undefined, machine: debianRoot, aptGet });
  expect(calls).toEqual(["install", "update", "install"]);
});

test("does not install what is there", async () => {
  await unpack();
  const aptGet = (): Promise<void> => Promise.reject(new Error("must not be called"));
  const binary = await ensureRedisServer({ searchPath: bin, say: () => undefined, machine: debianRoot, aptGet });
  expect(binary.version).toBe("7.0.15");
});

test("elsewhere stops with the line that helps", async () => {
  const ensure = (machine: Machine): Promise<unknown> =>
    ensureRedisServer({ searchPath: bin, say: () => undefined, machine });
  await expect(ensure({ ...debianRoot, isRoot: false })).rejects.toThrow("\n    sudo apt-get install -y redis-tools\n");
  await expect(ensure({ platform: "darwin", distributions: [], isRoot: false })).rejects.toThrow("brew install redis");
});

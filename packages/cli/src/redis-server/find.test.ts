import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findRedisServer, isAtLeast, parseVersion } from "./find.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "crewstream-find-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** An executable that answers `--version`; `mode` makes it one that may not be run. */
async function fakeServer(directory: string, file: string, version: string, mode = 0o755): Promise<string> {
  await mkdir(join(root, directory), { recursive: true });
  const path = join(root, directory, file);
  await writeFile(path, `#!/bin/sh\necho "${version}"\n`);
  await chmod(path, mode);
  return path;
}

const searchPath = (...directories: string[]): string => directories.map((each) => join(root, each)).join(delimiter);

test("finds redis-server before valkey-server, whatever their order on the path", async () => {
  await fakeServer("a", "valkey-server", "Valkey server v=8.1.0 sha=00");
  const path = await fakeServer("b", "redis-server", "Redis server v=7.0.15 sha=00");
  expect(await findRedisServer(searchPath("a", "b"))).toEqual({
    path,
    argv0: "redis-server",
    product: "redis",
    version: "7.0.15",
  });
});

test("takes Valkey where there is no Redis", async () => {
  const path = await fakeServer("a", "valkey-server", "Valkey server v=8.1.0 sha=00");
  expect(await findRedisServer(searchPath("missing", "a"))).toMatchObject({ path, product: "valkey" });
});

test("takes Debian's checker, which serves under the server's name", async () => {
  const path = await fakeServer("a", "redis-check-rdb", "Redis server v=7.0.15 sha=00");
  expect(await findRedisServer(searchPath("a"))).toMatchObject({ path, argv0: "redis-server" });
});

test("passes over what cannot be run or is something else", async () => {
  await fakeServer("a", "redis-server", "hello");
  await fakeServer("b", "redis-server", "Redis server v=7.0.15", 0o644);
  expect(await findRedisServer(searchPath("a", "b"))).toBeUndefined();
});

test("an old one does not hide a newer one, and alone is refused by its version", async () => {
  const old = await fakeServer("a", "redis-server", "Redis server v=6.0.16 sha=00");
  const path = await fakeServer("b", "redis-server", "Redis server v=6.2.0 sha=00");
  expect(await findRedisServer(searchPath("a", "b"))).toMatchObject({ path });
  await expect(findRedisServer(searchPath("a"))).rejects.toThrow(
    `${old} is redis 6.0.16; crewstream needs Redis 6.2.0`,
  );
});

test("reads versions of both products and compares them by number", () => {
  expect(parseVersion("Redis server v=8.0.2 sha=00000000:1 malloc=libc bits=64")).toEqual({
    product: "redis",
    version: "8.0.2",
  });
  expect(parseVersion("redis-cli 7.0.15")).toBeUndefined();
  expect(isAtLeast("10.0.0", "6.2.0")).toBe(true);
  expect(isAtLeast("6.10.0", "6.2.0")).toBe(true);
  expect(isAtLeast("6.1.9", "6.2.0")).toBe(false);
});

import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PythonExecution, testPython } from "../testing/python-runs.ts";
import { Launcher } from "./launcher.ts";
import type { PythonChild } from "./python-child.ts";

/** The id of a process's parent. */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function launcher(fork: boolean): Launcher {
  const dataDir = join(tmpdir(), "crewstream-test-launcher");
  return new Launcher({ dataDir, path: "/usr/bin:/bin", fork, warn: () => undefined });
}

/** Runs a fixture once and gives the id of its process's parent. */
async function parentOfRun(used: Launcher): Promise<number> {
  await using execution = await PythonExecution.of("unruly");
  let parent: Promise<number> | undefined;
  const seen = (_: unknown, child: PythonChild) => {
    parent ??= parentOf(child.pid);
  };
  expect(await execution.run({ how: "files" }, { host: { launcher: used }, onEvent: seen })).toMatchObject({
    state: "SUCCESS",
  });
  return (await parent) ?? 0;
}

describe.skipIf(testPython === "")("starting Python processes", () => {
  test("many at once are forked from one server, and none of them hangs", async () => {
    using used = launcher(true);
    const parents = await Promise.all(Array.from({ length: 12 }, () => parentOfRun(used)));
    expect(new Set(parents).size).toBe(1);
    expect(parents[0]).not.toBe(process.pid);
  });

  test("a server that has died is replaced", async () => {
    using used = launcher(true);
    const first = await parentOfRun(used);
    process.kill(first, "SIGKILL");
    const second = await parentOfRun(used);
    expect(second).not.toBe(first);
    expect(second).not.toBe(process.pid);
  });

  test("without forking each is started separately", async () => {
    using used = launcher(false);
    expect(await parentOfRun(used)).toBe(process.pid);
  });
});
